package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkClients has 64 clients ask for half a minute, each for the log-densities of 1 to 16 rows as soon as it has the
// last answer. Every answer must have the bits of a direct call, and neither goroutines nor the heap may grow. The times
// are those that a client sees; clients and service share the cores.
func BenchmarkClients(b *testing.B) {
	const clients = 64
	long := 30 * time.Second
	if testing.Short() {
		long = time.Second
	}
	for b.Loop() {
		load := newLoad(b)
		before := load.run(b, clients, long/6) // connections are made, pools are full
		grown := load.settled(b)
		after := load.run(b, clients, long)
		b.ReportMetric(float64(len(after.took))/long.Seconds(), "requests/s")
		b.ReportMetric(float64(after.rows)/long.Seconds(), "rows/s")
		b.ReportMetric(quantileOf(after.took, 0.5).Seconds()*1e3, "p50-ms")
		b.ReportMetric(quantileOf(after.took, 0.99).Seconds()*1e3, "p99-ms")
		end := load.settled(b)
		b.ReportMetric(float64(end.heap-grown.heap)/1e6, "heap-growth-MB")
		require.NotEmpty(b, before.took)
		require.LessOrEqual(b, end.goroutines, grown.goroutines, "goroutines")
		require.Less(b, float64(end.heap-grown.heap), 1e6, "bytes: what stays of a single row of each request would be more")
	}
}

// load is a service and what it should answer.
type load struct {
	url    string
	client *http.Client
	bodies [][]byte
	want   [][]float64
}

func newLoad(b *testing.B) *load {
	m := moons()
	path := b.TempDir() + "/model.safetensors"
	require.NoError(b, m.Save(path, nil))
	s, err := New(b.Context(), Config{Path: path, Log: slog.New(slog.DiscardHandler)})
	require.NoError(b, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	b.Cleanup(func() {
		stop()
		require.NoError(b, <-ended)
	})
	out := &load{
		url:    "http://" + l.Addr().String() + "/v1/score",
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	}
	scores, err := m.LogProb(b.Context(), m.rows)
	require.NoError(b, err)
	rng := rand.New(rand.NewPCG(5, 0))
	for range 500 {
		n := 1 + rng.IntN(16)
		from := rng.IntN(m.rows.Len() - n)
		values := m.rows.Rows.Float64s()[2*from : 2*(from+n)]
		text, err := json.Marshal(matrix{values: values, of: s.model.Load().columns})
		require.NoError(b, err)
		out.bodies = append(out.bodies, fmt.Appendf(nil, `{"rows": %s}`, text))
		out.want = append(out.want, scores.LogProb[from:from+n])
	}
	return out
}

// passed is what clients have seen.
type passed struct {
	took []time.Duration
	rows int
}

// run has clients ask for so long.
func (l *load) run(b *testing.B, clients int, long time.Duration) passed {
	b.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all passed
	var stop atomic.Bool
	timer := time.AfterFunc(long, func() { stop.Store(true) })
	defer timer.Stop()
	for k := range clients {
		wg.Go(func() {
			var mine passed
			rng := rand.New(rand.NewPCG(uint64(k), 0))
			for !stop.Load() {
				i := rng.IntN(len(l.bodies))
				start := time.Now()
				if err := l.ask(i); err != nil {
					b.Error(err)
					return
				}
				mine.took = append(mine.took, time.Since(start))
				mine.rows += len(l.want[i])
			}
			mu.Lock()
			defer mu.Unlock()
			all.took = append(all.took, mine.took...)
			all.rows += mine.rows
		})
	}
	wg.Wait()
	return all
}

// ask sends a request and compares the answer.
func (l *load) ask(i int) error {
	a, err := l.client.Post(l.url, jsonType, bytes.NewReader(l.bodies[i]))
	if err != nil {
		return err
	}
	defer a.Body.Close()
	var got scores
	if err := json.NewDecoder(a.Body).Decode(&got); err != nil || a.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %w", a.StatusCode, err)
	}
	same := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }
	if !slices.EqualFunc(got.LogDensity, l.want[i], same) {
		return fmt.Errorf("%v, want %v", got.LogDensity, l.want[i])
	}
	return nil
}

// state is what may grow.
type state struct {
	goroutines int
	heap       int64
}

// settled returns the state once the clients' connections are closed.
func (l *load) settled(b *testing.B) state {
	b.Helper()
	l.client.CloseIdleConnections()
	var before, now state
	for range 200 { // goroutines of connections end in a moment
		time.Sleep(10 * time.Millisecond)
		before = now
		if now.goroutines = runtime.NumGoroutine(); now.goroutines == before.goroutines && now.goroutines < 40 {
			break
		}
	}
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	now.heap = int64(m.HeapAlloc)
	return now
}

func quantileOf(took []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[int(p*float64(len(sorted)-1))]
}
