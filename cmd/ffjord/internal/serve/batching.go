package serve

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// density is what is known of one row: its log-density in nats and the standard error of it, or why there is none.
type density struct {
	logp, stdErr float64
	err          error
}

// evaluate returns the density of every row. An error is one of all of them.
type evaluate func(ctx context.Context, rows []float64) ([]density, error)

// batcher joins the rows of requests that wait at the same time. Nobody waits for company: while one batch is computed
// the next gathers, so that an idle service answers at once and a busy one works on full batches.
//
// A request of many rows takes part in several batches, and goes to the end of the queue after each, so that it does not
// hold up those of few rows. No result depends on it: a row's density has the same bits in every batch. An estimated trace
// has noise that depends on the row's place in a call: there, requests stay apart.
type batcher struct {
	width    int  // of a row
	most     int  // rows of a batch
	alone    bool // every request is a batch of its own, whole
	evaluate evaluate
	observe  func(jobs, rows int, took time.Duration) // of every batch, nil is none

	mu      sync.Mutex
	queue   []*job
	running bool // a goroutine works on the queue, and ends with it
}

// job is the rows of one request.
type job struct {
	ctx      context.Context
	rows     []float64
	taken    int // rows that are in batches
	out      []density
	finished chan error
}

// score returns the density of every row.
func (b *batcher) score(ctx context.Context, rows []float64) ([]density, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	j := &job{ctx: ctx, rows: rows, out: make([]density, len(rows)/b.width), finished: make(chan error, 1)}
	b.mu.Lock()
	b.queue = append(b.queue, j)
	start := !b.running
	b.running = true
	b.mu.Unlock()
	if start {
		go b.run()
	}
	select {
	case err := <-j.finished:
		return j.out, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// run works until the queue is empty.
func (b *batcher) run() {
	for {
		pieces := b.take()
		if pieces == nil {
			return
		}
		b.compute(pieces)
	}
}

// piece is the part of a job that is in a batch.
type piece struct {
	*job
	from, to int
}

// take returns the pieces of the next batch, and puts what is left of their jobs to the end of the queue. Jobs that
// have failed, or that nobody waits for any longer, fall out.
func (b *batcher) take() []piece {
	b.mu.Lock()
	defer b.mu.Unlock()
	var pieces []piece
	var rest []*job
	room := b.most
	for len(b.queue) > 0 && room > 0 && !(b.alone && pieces != nil) {
		j := b.queue[0]
		b.queue[0] = nil
		b.queue = b.queue[1:]
		if j.ctx.Err() != nil || j.taken == len(j.out) {
			continue
		}
		n := len(j.out) - j.taken
		if !b.alone {
			n = min(n, room)
		}
		pieces = append(pieces, piece{j, j.taken, j.taken + n})
		j.taken += n
		room -= n
		if j.taken < len(j.out) {
			rest = append(rest, j)
		}
	}
	b.queue = append(b.queue, rest...)
	if pieces == nil {
		b.queue, b.running = nil, false
	}
	return pieces
}

// compute computes a batch. Where it fails as a whole, its members are tried one by one: none fails for another.
func (b *batcher) compute(pieces []piece) {
	ctx, cancel := whileAnyWaits(pieces)
	defer cancel()
	var rows []float64
	for _, p := range pieces {
		rows = append(rows, p.rows[p.from*b.width:p.to*b.width]...)
	}
	start := time.Now()
	out, err := b.guarded(ctx, rows)
	if b.observe != nil {
		b.observe(len(pieces), len(rows)/b.width, time.Since(start))
	}
	switch {
	case err != nil && len(pieces) > 1 && ctx.Err() == nil:
		for _, p := range pieces {
			b.compute([]piece{p})
		}
	case err != nil:
		for _, p := range pieces {
			p.fail(err)
		}
	default:
		for _, p := range pieces {
			out = out[copy(p.out[p.from:p.to], out):]
			if p.to == len(p.out) {
				p.finished <- nil
			}
		}
	}
}

// guarded keeps a fault of the model's from ending the service.
func (b *batcher) guarded(ctx context.Context, rows []float64) (out []density, err error) {
	err = guard.Go("the model", func() (err error) {
		out, err = b.evaluate(ctx, rows)
		return err
	})
	return out, err
}

// fail ends a job. Of one that was to come again nothing is computed any more.
func (p piece) fail(err error) {
	p.taken = len(p.out)
	select {
	case p.finished <- err:
	default: // has failed before
	}
}

// whileAnyWaits returns a context that ends when nobody waits for any of the pieces any more.
func whileAnyWaits(pieces []piece) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	var waiting atomic.Int64
	waiting.Store(int64(len(pieces)))
	stops := make([]func() bool, len(pieces))
	for i, p := range pieces {
		stops[i] = context.AfterFunc(p.ctx, func() {
			if waiting.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
