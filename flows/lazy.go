package flows

import (
	"context"
	"sync"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// lazy is a value that is made when first asked for, on a goroutine of its own. Callers wait for it no longer than
// their contexts last, and what is made then serves the next one. Its error is final.
type lazy[V any] struct {
	mu    sync.Mutex
	done  chan struct{} // closed when it is made, nil before it is asked for
	value V
	err   error
}

// get returns the value that create makes, or the context's error where that ends first. A panic in create is an error,
// and so is runtime.Goexit, of a function of the given name.
func (l *lazy[V]) get(ctx context.Context, name string, create func() (V, error)) (v V, err error) {
	done, err := l.start(ctx, name, create)
	if err != nil {
		return v, err
	}
	select {
	case <-done: // whatever has become of ctx
		return l.value, l.err
	default:
	}
	select {
	case <-done:
		return l.value, l.err
	case <-ctx.Done():
		return v, ctx.Err()
	}
}

// start has the value made if nobody has asked for it before.
func (l *lazy[V]) start(ctx context.Context, name string, create func() (V, error)) (done chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done != nil {
		return l.done, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	done = make(chan struct{})
	l.done = done
	go func() {
		defer close(done)
		l.err = guard.Go(name, func() (err error) { l.value, err = create(); return err })
	}()
	return done, nil
}
