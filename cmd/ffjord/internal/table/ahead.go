package table

import (
	"errors"
	"io"
	"sync"
)

// ahead reads batches on a goroutine of its own, two before they are asked for.
type ahead struct {
	batches chan batch
	quit    chan struct{}
	done    sync.WaitGroup
	err     error // after the last batch
}

type batch struct {
	values []float64
	levels map[string][]string // nil where those of the file hold
	err    error
}

func (f File) readAhead(of batches) *ahead {
	a := &ahead{batches: make(chan batch, 1), quit: make(chan struct{})}
	a.done.Go(func() {
		for {
			values, levels, err := of.next()
			if err != nil && !errors.Is(err, io.EOF) {
				err = f.named(err)
			}
			select {
			case a.batches <- batch{values, levels, err}:
			case <-a.quit:
				return
			}
			if err != nil {
				return
			}
		}
	})
	return a
}

func (a *ahead) next() batch {
	if a.err != nil {
		return batch{err: a.err}
	}
	b := <-a.batches
	a.err = b.err
	return b
}
