package serve

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"
)

// handlerFunc answers a request, or returns what is wrong with it.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// requestKey is the key of a request's id in its context.
type requestKey struct{}

// requestID returns the id of the request that a context is of.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// ownID are the ids that a client may give its request; any other gets one from here.
var ownID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// traced gives a request its id, which stands in the answer, in the log and in its errors; counts and times it; and makes
// an answer of what is wrong, and of a fault of ours.
func (s *Service) traced(route string, h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !ownID.MatchString(id) {
			id = rand.Text()[:16]
		}
		w.Header().Set("X-Request-Id", id)
		answer := &answered{ResponseWriter: w}
		err := s.call(h, answer, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
		if err != nil && answer.status == 0 {
			asProblem(err).answer(answer, id)
		}
		s.meters.requests.with("route", route, "status", strconv.Itoa(answer.status)).add(1)
		s.meters.seconds.with("route", route).since(start)
		s.record(r, answer, id, err, time.Since(start))
	})
}

// call calls a handler. A panic is an error, with its stack in the log.
func (s *Service) call(h handlerFunc, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = problemf(http.StatusInternalServerError, "internal", "the service failed; its log has more under the request's id")
			s.Log.Error("panic", "request", requestID(r.Context()), "panic", v, "stack", string(debug.Stack()))
		}
	}()
	return h(w, r)
}

// record logs a request: what the service is asked for all day at the level of debugging, what it failed at as an error.
func (s *Service) record(r *http.Request, a *answered, id string, err error, took time.Duration) {
	log := s.Log.With("request", id, "method", r.Method, "path", r.URL.Path, "status", a.status, "bytes", a.bytes, "took", took)
	switch {
	case err != nil && a.status >= 500 && a.status != http.StatusServiceUnavailable:
		log.Error("request failed", "error", err)
	case err != nil:
		log.Info("request refused", "error", err)
	case r.Method == http.MethodPost:
		log.Info("request")
	default:
		log.Debug("request")
	}
}

// answered remembers what was answered.
type answered struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (a *answered) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += n
	return n, err
}

// admitted lets a request in that computes, if there is room, and bounds its body and its time.
func (s *Service) admitted(h handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if p := s.room.enter(); p != nil {
			if p.Code == "draining" {
				w.Header().Set("Connection", "close")
			}
			return p
		}
		defer s.room.leave()
		if r.ContentLength > s.Limits.Body {
			return tooLarge("bytes of a body", r.ContentLength, s.Limits.Body)
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.Limits.Body)
		return h(w, r)
	}
}

// timed returns a context for computing that ends with the request's, and after the time that a request may take.
func (s *Service) timed(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.Limits.Time, unavailable("timeout",
		"the request took more than %v, the most that one may: want fewer rows", s.Limits.Time))
}
