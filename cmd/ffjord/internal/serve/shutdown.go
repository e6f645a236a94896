package serve

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// shutdown ends the service in order: from now on it says that it isn't ready and lets nobody in, answers what is under
// way, and only then hangs up. What is not done within the grace is cut off, and that is an error.
func (s *Service) shutdown(server *http.Server) error {
	s.Log.Info("draining", "under_way", s.meters.underWay.Load(), "grace", s.Grace)
	timeout := time.NewTimer(s.Grace)
	defer timeout.Stop()
	select {
	case <-s.room.drain():
	case <-timeout.C:
		s.Log.Warn("cut off", "under_way", s.meters.underWay.Load())
		return errors.Join(errors.New("serve: requests were cut off at the end of the grace"), server.Close())
	}
	// What remains to be sent are answers that are computed.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(err, server.Close())
	}
	s.Log.Info("stopped")
	return nil
}
