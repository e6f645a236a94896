package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/logdensity"
	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// saveMemory makes the collector work for a small process, unless the environment says how large it may become: what a
// batch takes is little, and the model stays.
func saveMemory() {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return
	}
	const room = 48 << 20
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	debug.SetMemoryLimit(int64(now.HeapInuse+now.StackInuse) + room)
}

// scored is a batch whose log-densities are being computed, and how they are written.
type scored struct {
	t    table.Batch
	s    model.Scores
	rows []float64 // of the output
	text []byte
	err  error
	done chan struct{}
}

// run scores batch after batch: several are computed at a time, from a table's rows to the text of what is written, so
// that no core waits, and a core has one to begin when it is done with another; the next are read, and those before are
// written, in their order.
func (r *scoring) run() error {
	rows, err := r.f.Open()
	if err != nil {
		return err
	}
	r.kept = rows.Kept()
	if err := r.sink.begin(); err != nil {
		return errors.Join(err, rows.Close())
	}
	ctx, stop := context.WithCancel(r.a.ctx)
	defer stop()
	under := make(chan *scored, runtime.GOMAXPROCS(0))
	spare := make(chan *scored, cap(under)+2) // whose memory can be used again
	go func() {
		defer close(under)
		for first := r.f.Skip; ; {
			b := &scored{done: make(chan struct{})}
			select {
			case used := <-spare:
				b.rows, b.text = used.rows[:0], used.text[:0]
			default:
			}
			if b.t, b.err = rows.Next(); b.err != nil {
				close(b.done)
			}
			select {
			case under <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil {
				return
			}
			go func(first int) {
				defer close(b.done)
				if b.s, b.err = logdensity.Of(ctx, r.m, b.t.Table, first); b.err == nil {
					b.rows = r.lines(b.rows, b.s)
					b.text = r.sink.encode(b.text, b.t.Kept, b.rows)
				}
			}(first)
			first += b.t.Len()
		}
	}()
	err = r.collect(ctx, under, spare)
	if r.f.Path == "-" {
		return err // closing would wait for a reader that nothing wakes
	}
	stop()
	for b := range under {
		<-b.done
	}
	return errors.Join(err, rows.Close())
}

// collect writes what was computed, in order.
func (r *scoring) collect(ctx context.Context, under <-chan *scored, spare chan<- *scored) error {
	show := newTicker(r)
	defer show.stop()
	for {
		var b *scored
		select {
		case b = <-under:
		case <-ctx.Done():
			return context.Cause(r.a.ctx)
		}
		if b == nil {
			return context.Cause(r.a.ctx)
		}
		<-b.done
		switch {
		case errors.Is(b.err, io.EOF):
			return nil
		case r.a.ctx.Err() != nil:
			return context.Cause(r.a.ctx)
		case b.err != nil:
			return b.err
		}
		r.count(b)
		if err := r.sink.write(b.text, b.t.Len(), r.tally); err != nil {
			return err
		}
		select {
		case spare <- &scored{rows: b.rows, text: b.text}:
		default:
		}
		show.tick(r.Rows)
	}
}

// lines appends what is written of a batch.
func (r *scoring) lines(out []float64, s model.Scores) []float64 {
	for i, logp := range s.LogProb {
		out = append(out, logp, r.percent(logp))
		if s.StdErr != nil {
			out = append(out, s.StdErr[i])
		}
		out = append(out, float64(s.Missing[i]))
	}
	return out
}

// count counts a batch.
func (r *scoring) count(b *scored) {
	for i, logp := range b.s.LogProb {
		if b.s.Missing[i] > 0 {
			r.Missing++
		}
		switch {
		case math.IsNaN(logp):
			r.None++
			if b.s.Missing[i] == 0 {
				r.Beyond++
			}
		case r.Threshold > 0 && logp < r.alarm:
			r.Below++
		}
	}
	for _, bad := range b.s.Bad {
		value, new := (*data.ValueError)(nil), (*data.CategoryError)(nil)
		if errors.As(bad, &value) && errors.As(bad, &new) {
			r.Unseen.Add(value.Column, new.Category, r.first()+value.Row+1)
		} else if len(r.faults) < 3 {
			r.faults = append(r.faults, logdensity.Why(r.m, bad, r.first()+logdensity.Row(bad)+1))
		}
	}
	r.offer(b)
	r.Rows += b.t.Len()
}

// first returns the place of the next batch in the file, from 0.
func (r *scoring) first() int { return r.part.From + r.Rows }

// ticker tells how far it is: on a terminal by a line that changes, elsewhere by records of a log.
type ticker struct {
	w        io.Writer
	last     time.Time
	from     time.Time
	rows     int // done before
	terminal bool
}

// newTicker returns nil where nothing is to be told: beside rows on a terminal, and of a worker.
func newTicker(r *scoring) *ticker {
	if r.Follow || r.Out == "-" && isTerminal(r.a.out) {
		return nil
	}
	return &ticker{w: r.a.err, from: time.Now(), last: time.Now(), rows: r.Rows, terminal: isTerminal(r.a.err)}
}

func (t *ticker) tick(rows int) {
	if t == nil {
		return
	}
	pause := 10 * time.Second
	if t.terminal {
		pause = 200 * time.Millisecond
	}
	now := time.Now()
	if now.Sub(t.last) < pause {
		return
	}
	t.last = now
	pace := float64(rows-t.rows) / now.Sub(t.from).Seconds()
	if t.terminal {
		fmt.Fprintf(t.w, "\r\x1b[K%s rows, %s a second", thousands(float64(rows)), thousands(pace))
		return
	}
	slog.New(slog.NewTextHandler(t.w, nil)).Info("scored", "rows", rows, "rows_per_second", int(pace))
}

func (t *ticker) stop() {
	if t != nil && t.terminal {
		fmt.Fprint(t.w, "\r\x1b[K")
	}
}

// sink takes what is scored.
type sink interface {
	// begin opens it, once the columns of the rows are known.
	begin() error
	// encode appends rows as they are written. Several goroutines may call it at once.
	encode(to []byte, kept table.Kept, rows []float64) []byte
	// write writes so many rows, encoded, behind which the tally stands.
	write(text []byte, rows int, so tally) error
	// failed keeps or removes what was written, and returns the error with what to do about it.
	failed(err error) error
	done() error
}

// streamSink writes to standard output, a batch at a time.
type streamSink struct {
	r *scoring
	table.Appender
}

func (s *streamSink) begin() (err error) {
	if s.r.a.json {
		s.Appender, err = table.NewJSONLines(s.r.a.out, s.r.columns())
	} else {
		s.Appender = table.NewCSV(s.r.a.out, s.r.columns())
	}
	return err
}

func (s *streamSink) encode(to []byte, kept table.Kept, rows []float64) []byte {
	return s.Append(to, kept, rows)
}

func (s *streamSink) write(text []byte, rows int, _ tally) error { return s.WriteRows(text, rows) }
func (s *streamSink) failed(err error) error                     { return err }
func (s *streamSink) done() error                                { return s.Close() }

// noSink writes nothing: only the strangest rows are wanted.
type noSink struct{}

func (noSink) begin() error                                       { return nil }
func (noSink) encode(to []byte, _ table.Kept, _ []float64) []byte { return to }
func (noSink) write([]byte, int, tally) error                     { return nil }
func (noSink) failed(err error) error                             { return err }
func (noSink) done() error                                        { return nil }

// chooseSink takes what the flags say.
func (r *scoring) chooseSink() (err error) {
	switch r.Out {
	case "":
		r.sink = noSink{}
	case "-":
		r.sink = &streamSink{r: r}
	default:
		r.sink, err = r.newPartial()
	}
	return err
}
