package flows

import "context"

// every checks whether a context has ended each time that some thousand numbers have passed.
type every struct {
	ctx     context.Context
	numbers int // since the last look
}

// passed says that so many numbers come next, and returns the context's error where it has ended.
func (e *every) passed(numbers int) error {
	if e.numbers -= numbers; e.numbers > 0 {
		return nil
	}
	e.numbers = 4096
	return e.ctx.Err()
}

// lock is a mutex that nobody waits for longer than their context lasts.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) lock(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l lock) unlock() { <-l }
