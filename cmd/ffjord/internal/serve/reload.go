package serve

import (
	"context"
	"io/fs"
	"os"
	"time"
)

// watch loads the model again when its file changes, or when it is told to, until the context ends. A file that can't be
// loaded changes nothing but the log and the metrics: the old model goes on. It is looked at again once it changes again,
// as a file does that is still being written.
func (s *Service) watch(ctx context.Context) {
	tick := time.NewTicker(s.Poll)
	defer tick.Stop()
	tried := s.model.Load().file
	for {
		told := false
		select {
		case <-ctx.Done():
			return
		case <-s.Again:
			told = true
		case <-tick.C:
		}
		now, err := os.Stat(s.Path)
		if !told && (err != nil || same(tried, now)) {
			continue // a file that is replaced may be missing for a moment
		}
		if err == nil {
			tried = now
		}
		s.reload(ctx)
	}
}

// same reports whether a file is likely to hold what it held.
func same(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func (s *Service) reload(ctx context.Context) {
	loaded, err := s.load(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.meters.badReloads.add(1)
		s.meters.reloadFailing.Store(true)
		s.Log.Error("the new model can't be loaded, the old one goes on", "path", s.Path, "model", s.model.Load().id, "error", err)
		return
	}
	old := s.model.Load().id
	s.use(loaded)
	s.meters.reloads.add(1)
	s.Log.Info("model loaded", "path", s.Path, "model", loaded.id, "before", old)
}

// use makes a model the one that requests get from now on.
func (s *Service) use(loaded *served) {
	s.model.Store(loaded)
	s.meters.loaded.Store(time.Now().Unix())
	s.meters.reloadFailing.Store(false)
}
