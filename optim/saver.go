package optim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// saver writes the checkpoints of a run, one at a time, beside its training. A nil one writes none.
type saver struct {
	Checkpoint
	data  string // the fingerprint of the rows
	past  []Event
	begun time.Time  // of the last writing
	busy  chan error // of the writing under way, nil if there is none
	other bool       // another rank writes
}

// open goes on from the checkpoint if there is one, and writes the first if there is none.
func (r *run) open(ctx context.Context) error {
	if r.Checkpoint == nil {
		return nil
	}
	if _, ok := r.source.(data.Seeker); !ok {
		return fmt.Errorf("optim: Trainer: Checkpoint: the source %T can't deal an epoch again: want a data.Seeker", r.source)
	}
	if _, ok := r.Optimizer.(Stateful); !ok {
		return fmt.Errorf("optim: Trainer: Checkpoint: optimizer %T keeps its memory to itself: want a Stateful one", r.Optimizer)
	}
	s := &saver{Checkpoint: *r.Checkpoint, other: !r.ranks.first()}
	if s.Every == 0 {
		s.Every = time.Minute
	}
	var err error
	if s.data, err = fingerprint(r.source); err != nil {
		return err
	}
	if err := r.readModel(); err != nil {
		return err
	}
	var file *safetensors.File
	if r.ranks.first() {
		if file, err = s.find(); err != nil {
			return err
		}
	}
	if r.ranks.many() {
		if file, err = r.fileOfFirst(ctx, file); err != nil {
			return err
		}
	}
	r.saver = s
	if file == nil {
		return s.last(r)
	}
	if err := r.load(file); err != nil {
		return &CheckpointError{s.Path, err}
	}
	s.begun = time.Now()
	e := r.event
	e.Past = s.past
	return r.tellEvent(Resumed, e)
}

// find returns the file to go on from, nil if there is none.
func (s *saver) find() (*safetensors.File, error) {
	if _, err := os.Stat(s.Path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	file, err := safetensors.Open(s.Path)
	if err != nil {
		if pathError := (*fs.PathError)(nil); !errors.As(err, &pathError) {
			err = fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return nil, &CheckpointError{s.Path, err}
	}
	return file, nil
}

// fileOfFirst returns the file that the first rank has found on all of them.
func (r *run) fileOfFirst(ctx context.Context, found *safetensors.File) (file *safetensors.File, err error) {
	var text []byte
	if found != nil {
		if text, err = found.Encode(); err != nil {
			return nil, err
		}
	}
	if text, err = r.ranks.fromFirst(ctx, "the checkpoint", text); err != nil || len(text) == 0 {
		return nil, err
	}
	return safetensors.Read(bytes.NewReader(text))
}

// seek makes the source deal the epoch under way.
func (r *run) seek() error {
	if r.saver == nil {
		return nil
	}
	return guard.Call("Source.Seek", func() error { return r.source.(data.Seeker).Seek(r.at.Epochs) })
}

// remember keeps an epoch for the history.
func (s *saver) remember(e Event) {
	if s != nil {
		s.past = append(s.past, e)
	}
}

// due begins to write a checkpoint if it is time to, unless one is still being written.
func (s *saver) due(r *run) error {
	if s == nil || s.other {
		return nil
	}
	if s.busy != nil {
		select {
		case err := <-s.busy:
			s.busy = nil
			if err != nil {
				return s.fail(err)
			}
		default:
			return nil
		}
	}
	if time.Since(s.begun) < s.Every && (s.Steps == 0 || r.event.Step%s.Steps != 0) {
		return nil
	}
	file, err := r.file()
	if err != nil {
		return s.fail(err)
	}
	s.begun, s.busy = time.Now(), make(chan error, 1)
	go func(busy chan<- error) {
		busy <- guard.Call("checkpoint", func() error { return file.Save(s.Path) })
	}(s.busy)
	return nil
}

// last writes a checkpoint and waits for it.
func (s *saver) last(r *run) error {
	if s == nil || s.other {
		return nil
	}
	s.wait()
	file, err := r.file()
	if err == nil {
		err = file.Save(s.Path)
	}
	s.begun = time.Now()
	if err != nil {
		return s.fail(err)
	}
	return nil
}

// wait waits for the writing under way. Its error does not matter: another writing is to come, or the run has failed.
func (s *saver) wait() {
	if s != nil && s.busy != nil {
		<-s.busy
		s.busy = nil
	}
}

// fail returns what a file that can't be written comes to.
func (s *saver) fail(err error) error {
	err = &CheckpointError{s.Path, err}
	if s.Failed == nil {
		return err
	}
	told := err
	if panicked := guard.Call("Checkpoint.Failed", func() error { told = s.Failed(err); return nil }); panicked != nil {
		return panicked
	}
	return told
}
