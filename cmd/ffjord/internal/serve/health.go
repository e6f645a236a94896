package serve

import (
	"fmt"
	"net/http"
)

// healthy answers as long as the process does: one that does not should be started anew.
func (s *Service) healthy(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, "ok")
}

// isReady tells whether the service should be sent requests: it does not once it is about to stop.
func (s *Service) isReady(w http.ResponseWriter, _ *http.Request) error {
	if s.room.isDraining() {
		return unavailable("draining", "the service is about to stop")
	}
	return plain(w, "ready")
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprintln(w, text)
	return nil
}

func (s *Service) metrics(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", metricsType)
	_ = s.meters.write(w) // a peer that has gone wants nothing
	return nil
}
