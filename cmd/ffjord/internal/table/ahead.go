package table

import (
	"errors"
	"io"
	"sync"
)

// ahead reads batches on a goroutine of its own, two before they are asked for.
type ahead struct {
	batches chan result
	quit    chan struct{}
	done    sync.WaitGroup
	err     error // after the last batch
}

// batch are some rows.
type batch struct {
	values []float64           // of the wanted columns, row by row
	levels map[string][]string // nil where those of the file hold
	kept   Kept
}

type result struct {
	batch
	err error
}

func (f File) readAhead(of batches) *ahead {
	a := &ahead{batches: make(chan result, 1), quit: make(chan struct{})}
	a.done.Go(func() {
		for {
			b, err := of.next()
			if err != nil && !errors.Is(err, io.EOF) {
				err = f.named(err)
			}
			select {
			case a.batches <- result{b, err}:
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

func (a *ahead) next() (batch, error) {
	if a.err != nil {
		return batch{}, a.err
	}
	r := <-a.batches
	a.err = r.err
	return r.batch, r.err
}
