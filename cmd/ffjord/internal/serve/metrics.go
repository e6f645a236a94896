package serve

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// meters are what the service counts.
type meters struct {
	requests labelled[counter] // by route and status
	seconds  labelled[histogram]
	rows     labelled[counter] // by route
	refused  labelled[counter] // by reason

	batchRows, batchJobs, batchSeconds histogram

	waitingRows, underWay atomic.Int64
	reloads, badReloads   counter
	loaded                atomic.Int64 // Unix time
	reloadFailing         atomic.Bool  // the file on disk is not the model that is served
}

func newMeters() *meters {
	m := &meters{
		batchRows:    histogram{bounds: powers(1, 4, 8)},
		batchJobs:    histogram{bounds: powers(1, 2, 8)},
		batchSeconds: histogram{bounds: seconds},
	}
	m.seconds.made = func() *histogram { return &histogram{bounds: seconds} }
	return m
}

var seconds = powers(0.0005, 2, 16) // to 16 s

// powers returns n bounds from first on, each by times the one before.
func powers(first, times float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = first
		first *= times
	}
	return out
}

// counter counts up.
type counter struct{ n atomic.Uint64 }

func (c *counter) add(n int) { c.n.Add(uint64(n)) }

// histogram counts values by bounds, the last of which is +Inf and not listed.
type histogram struct {
	bounds []float64

	mu     sync.Mutex
	counts []uint64 // one more than bounds
	sum    float64
}

func (h *histogram) observe(v float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = make([]uint64, len(h.bounds)+1)
	}
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i]++
	h.sum += v
}

func (h *histogram) since(start time.Time) { h.observe(time.Since(start).Seconds()) }

// labelled are the meters of one name, by the values of their labels.
type labelled[M any] struct {
	made func() *M // nil makes zero values

	mu sync.Mutex
	by map[string]*M
}

// with returns the meter of labels, given as name and value in turn.
func (l *labelled[M]) with(pairs ...string) *M {
	key := labels(pairs...)
	l.mu.Lock()
	defer l.mu.Unlock()
	if m, ok := l.by[key]; ok {
		return m
	}
	if l.by == nil {
		l.by = make(map[string]*M)
	}
	m := new(M)
	if l.made != nil {
		m = l.made()
	}
	l.by[key] = m
	return m
}

// each calls f in the order of the labels.
func (l *labelled[M]) each(f func(labels string, m *M)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(l.by)) {
		f(key, l.by[key])
	}
}

// labels writes name="value" pairs, with the escapes of the format.
func labels(pairs ...string) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i]+`="`+escapes.Replace(pairs[i+1])+`"`)
	}
	return strings.Join(out, ",")
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// batch counts a batch.
func (m *meters) batch(jobs, rows int, took time.Duration) {
	m.batchJobs.observe(float64(jobs))
	m.batchRows.observe(float64(rows))
	m.batchSeconds.observe(took.Seconds())
}
