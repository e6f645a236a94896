package serve

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// Config says what is served, and how.
type Config struct {
	Path   string // of the model's file
	Limits Limits
	// Hosts are names that the service is known by, beside localhost and addresses: a request whose Host is another name
	// is refused, since it may come from a page that has pointed a name of its own here.
	Hosts []string
	Poll  time.Duration    // how often the file is looked at; zero is 2 s
	Again <-chan os.Signal // loads the file now; nil is never
	Grace time.Duration    // that requests under way have when the service stops; zero is 20 s
	Log   *slog.Logger     // required
}

func (c Config) withDefaults() Config {
	c.Limits = c.Limits.withDefaults()
	c.Poll = cmp.Or(c.Poll, 2*time.Second)
	c.Grace = cmp.Or(c.Grace, 20*time.Second)
	return c
}

// Service is a model that is served. It is what all requests share.
type Service struct {
	Config
	meters *meters
	room   *room
	others chan struct{} // has a place for each call of the model beside the batches
	model  atomic.Pointer[served]
}

// New loads the model.
func New(ctx context.Context, c Config) (*Service, error) {
	c = c.withDefaults()
	m := newMeters()
	s := &Service{Config: c, meters: m, room: newRoom(c.Limits, m), others: make(chan struct{}, 2)}
	loaded, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	s.use(loaded)
	return s, nil
}

// Run serves on a listener until the context ends. Then nobody is let in any more, and what is under way may finish
// within the grace.
func (s *Service) Run(ctx context.Context, l net.Listener) (err error) {
	server := s.server()
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(l) }()
	watching, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(watching)
	}()
	s.Log.Info("serving", "address", l.Addr().String(), "path", s.Path, "model", s.model.Load().id)
	select {
	case err = <-stopped: // the listener failed
	case <-ctx.Done():
		err = s.shutdown(server)
	}
	stop()
	<-watched
	return err
}

// server returns the HTTP server, whose times keep slow peers from holding it.
func (s *Service) server() *http.Server {
	return &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2*time.Minute + s.Limits.Time,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}
