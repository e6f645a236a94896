package serve

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Answers of many clients at once have the bits of direct calls, whatever rows were computed together.
func TestBatchesHaveTheBitsOfDirectCalls(t *testing.T) {
	for name, p := range map[string]trained{"moons": moons(), "people": people()} {
		t.Run(name, func(t *testing.T) {
			s, _ := p.start(t, Config{})
			m := s.model.Load()
			m.batches.most = 48 // so that large requests take part in several batches
			all := m.all()
			rows, err := p.rows.Select(all.names()...)
			require.NoError(t, err)
			want := p.direct(t, rows)
			values := rows.Rows.Float64s()
			var wg sync.WaitGroup
			for k := range 32 {
				wg.Go(func() {
					rng := rand.New(rand.NewPCG(uint64(k), 7))
					for range 5 {
						from := rng.IntN(len(want))
						n := min(len(want)-from, 1+rng.IntN(150))
						got, err := m.batches.score(t.Context(), values[from*len(all):(from+n)*len(all)])
						if !assert.NoError(t, err) || !assert.Len(t, got, n) {
							return
						}
						for i, d := range got {
							if math.Float64bits(d.logp) != math.Float64bits(want[from+i]) {
								t.Errorf("row %d: %v, want %v", from+i, d.logp, want[from+i])
								return
							}
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// With an estimated trace every request has the bits of a direct call of its rows, and errors that are not 0.
func TestEstimatesHaveTheBitsOfDirectCalls(t *testing.T) {
	p := estimated()
	s, _ := p.start(t, Config{})
	m := s.model.Load()
	m.batches.most = 16
	direct := p.file(t)
	values := p.rows.Rows.Float64s()
	var wg sync.WaitGroup
	for k := range 8 {
		rows := values[2*10*k : 2*(10*k+30)]
		want, err := direct.LogProb(t.Context(), tableOf(rows, m.columns))
		require.NoError(t, err)
		wg.Go(func() {
			for range 3 {
				got, err := m.batches.score(t.Context(), rows)
				if !assert.NoError(t, err) {
					return
				}
				largest := 0.0 // of a row whose two probes are the same it is 0
				for i, d := range got {
					assert.Equal(t, density{logp: want.LogProb[i], stdErr: want.StdErr[i]}, d)
					largest = max(largest, d.stdErr)
				}
				assert.Positive(t, largest)
			}
		})
	}
	wg.Wait()
}

// rowsOf returns n rows of one number.
func rowsOf(first float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = first + float64(i)
	}
	return out
}

// gate is a model of rows of one number, whose density is the number. A batch begins and ends when the test says so.
type gate struct {
	began chan []float64
	end   chan error
}

func newGate() gate { return gate{make(chan []float64), make(chan error)} }

func (g gate) evaluate(ctx context.Context, rows []float64) ([]density, error) {
	out := make([]density, len(rows))
	for i, v := range rows {
		out[i].logp = v
	}
	g.began <- rows
	select {
	case err := <-g.end:
		return out, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// What waits while a batch is computed is the next batch, and a large request leaves room for small ones.
func TestWhatWaitsIsTheNextBatch(t *testing.T) {
	g := newGate()
	b := &batcher{width: 1, most: 4, evaluate: g.evaluate}
	var wg sync.WaitGroup
	ask := func(rows []float64) {
		wg.Go(func() {
			got, err := b.score(t.Context(), rows)
			assert.NoError(t, err)
			for i, d := range got {
				assert.Equal(t, rows[i], d.logp)
			}
		})
	}
	waiting := func(n int) { // until n requests are in the queue
		for len(b.queued()) != n {
			runtime.Gosched()
		}
	}
	ask(rowsOf(0, 1))
	assert.Equal(t, []float64{0}, <-g.began)
	ask(rowsOf(10, 6))
	waiting(1)
	ask(rowsOf(20, 1))
	waiting(2)
	ask(rowsOf(30, 1))
	waiting(3)
	g.end <- nil
	assert.Equal(t, []float64{10, 11, 12, 13}, <-g.began)
	g.end <- nil
	assert.Equal(t, []float64{20, 30, 14, 15}, <-g.began)
	g.end <- nil
	wg.Wait()
}

// A batch that fails as a whole fails nobody for another: each member is tried by itself.
func TestOneFailsNoOther(t *testing.T) {
	g := newGate()
	b := &batcher{width: 1, most: 100, evaluate: g.evaluate}
	bad := errors.New("bad")
	results := make(chan error)
	ask := func(v float64) {
		go func() {
			_, err := b.score(context.Background(), []float64{v})
			results <- err
		}()
	}
	ask(0)
	<-g.began
	ask(1)
	for len(b.queued()) != 1 {
		runtime.Gosched()
	}
	ask(2)
	for len(b.queued()) != 2 {
		runtime.Gosched()
	}
	g.end <- nil
	require.NoError(t, <-results)
	assert.Equal(t, []float64{1, 2}, <-g.began)
	g.end <- bad
	assert.Equal(t, []float64{1}, <-g.began)
	g.end <- bad
	require.ErrorIs(t, <-results, bad)
	assert.Equal(t, []float64{2}, <-g.began)
	g.end <- nil
	require.NoError(t, <-results)
}

// A request that nobody waits for any longer takes no room in a batch, and a batch of such requests ends.
func TestNobodyWaits(t *testing.T) {
	g := newGate()
	b := &batcher{width: 1, most: 100, evaluate: g.evaluate}
	ctx, cancel := context.WithCancelCause(context.Background())
	gone := errors.New("gone")
	results := make(chan error)
	for range 2 {
		go func() {
			_, err := b.score(ctx, []float64{1})
			results <- err
		}()
	}
	<-g.began // of one or both
	cancel(gone)
	require.ErrorIs(t, <-results, gone)
	require.ErrorIs(t, <-results, gone)
	go func() {
		_, err := b.score(context.Background(), []float64{2})
		results <- err
	}()
	assert.Equal(t, []float64{2}, <-g.began)
	g.end <- nil
	require.NoError(t, <-results)
}

// A panic of a model ends its requests, not the service.
func TestPanicOfAModel(t *testing.T) {
	b := &batcher{width: 1, most: 100, evaluate: func(context.Context, []float64) ([]density, error) { panic("oh") }}
	for range 2 {
		_, err := b.score(t.Context(), []float64{1})
		require.EqualError(t, err, "the model panicked: oh")
	}
}

// queued returns the jobs that wait.
func (b *batcher) queued() []*job {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queue
}
