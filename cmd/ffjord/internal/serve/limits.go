package serve

import (
	"math"
	"sync"
	"time"
)

// Limits bound what requests may take of the service.
type Limits struct {
	Body     int64         // bytes of a request's body; zero is 8 MiB. More is 413
	Rows     int           // of one request, scored or drawn, a frame of a trajectory counting as a row; zero is 100,000. More is 413
	Queue    int           // rows of all requests that are being answered; zero is 1,000,000. More is 429
	Requests int           // that are being answered at once; zero is 256. More is 429
	Time     time.Duration // that a request may take once it was read; zero is 30 s. More is 503
}

func (l Limits) withDefaults() Limits {
	if l.Body == 0 {
		l.Body = 8 << 20
	}
	if l.Rows == 0 {
		l.Rows = 100_000
	}
	if l.Queue == 0 {
		l.Queue = 1_000_000
	}
	if l.Requests == 0 {
		l.Requests = 256
	}
	if l.Time == 0 {
		l.Time = 30 * time.Second
	}
	return l
}

// room is what there is of places for requests and for their rows.
type room struct {
	limits Limits
	meters *meters

	mu             sync.Mutex
	requests, rows int
	draining       bool
	empty          chan struct{} // closed when the last request leaves a room that is draining
	pace           pace
}

func newRoom(limits Limits, m *meters) *room {
	return &room{limits: limits, meters: m, empty: make(chan struct{})}
}

// enter lets a request in, which must leave.
func (r *room) enter() *problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return unavailable("draining", "the service is about to stop: want another one")
	}
	if r.requests >= r.limits.Requests {
		return r.full("requests", r.requests, r.limits.Requests)
	}
	r.requests++
	r.meters.underWay.Add(1)
	return nil
}

func (r *room) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests--
	r.meters.underWay.Add(-1)
	if r.draining && r.requests == 0 {
		close(r.empty)
	}
}

// hold makes room for n rows of a request that is in, until release is called.
func (r *room) hold(n int) (release func(), p *problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rows > 0 && r.rows+n > r.limits.Queue {
		return nil, r.full("rows", r.rows, r.limits.Queue)
	}
	r.rows += n
	r.meters.waitingRows.Add(int64(n))
	start := time.Now()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.rows -= n
		r.meters.waitingRows.Add(int64(-n))
		r.pace.passed(n, time.Since(start))
	}, nil
}

// full is the answer where there is no room: come again when what is there now will have been done.
func (r *room) full(of string, there, most int) *problem {
	r.meters.refused.with("reason", of).add(1)
	return tooMany(of, there, most, r.pace.wait(r.rows))
}

// drain lets nobody in any more. The channel is closed when all have left.
func (r *room) drain() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.draining {
		r.draining = true
		if r.requests == 0 {
			close(r.empty)
		}
	}
	return r.empty
}

func (r *room) isDraining() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.draining
}

// pace is how long a row takes of late, in seconds, as a mean that forgets.
type pace struct{ row float64 }

// passed learns of n rows that took so long, waiting included: what the next may expect.
func (p *pace) passed(n int, took time.Duration) {
	row := took.Seconds() / float64(max(n, 1))
	if p.row == 0 {
		p.row = row
	}
	p.row += (row - p.row) / 8
}

// wait returns the whole seconds that n rows will take, from 1 to 60.
func (p *pace) wait(n int) int {
	return int(min(60, max(1, math.Ceil(p.row*float64(n)))))
}
