package progress

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/go-ffjord/ffjord/optim"
)

// bar shows a run as one line of a terminal, which its own goroutine draws.
type bar struct {
	out      io.Writer
	progress *mpb.Progress
	line     *mpb.Bar
	shown    atomic.Pointer[status]
	last     time.Time // of the last update
	loss     float64   // of the last whole epoch
	mean     bool      // loss is set
}

// status is what the line tells at one time.
type status struct {
	event optim.Event
	loss  float64
}

// time returns the time left, or at the end the time taken.
func (s status) time() string {
	if s.event.Kind == optim.Finished {
		return fmt.Sprintf("in %v", brief(s.event.Elapsed))
	}
	return fmt.Sprintf("%v left", brief(s.event.Left()))
}

// newBar opens a line for the run that first is an event of.
func newBar(out io.Writer, label string, first optim.Event, options ...mpb.ContainerOption) *bar {
	b := &bar{out: out}
	b.shown.Store(&status{first, first.Loss})
	tell := func(say func(status) string) decor.Decorator {
		return decor.Any(func(decor.Statistics) string { return say(*b.shown.Load()) })
	}
	b.progress = mpb.New(append([]mpb.ContainerOption{mpb.WithOutput(out)}, options...)...)
	b.line = b.progress.AddBar(int64(first.Steps),
		mpb.BarWidth(30),
		mpb.PrependDecorators(tell(func(s status) string {
			return fmt.Sprintf("epoch %d/%d  %s %.4f ", s.event.Epoch, s.event.Epochs, label, s.loss)
		})),
		mpb.AppendDecorators(tell(func(s status) string {
			return fmt.Sprintf(" %s rows/s  %s", metric(s.event.RowsPerSecond()), s.time())
		})),
	)
	return b
}

// observe updates the line, for steps at most 20 times a second.
func (b *bar) observe(e optim.Event) error {
	const redraw = 50 * time.Millisecond
	switch e.Kind {
	case optim.EpochDone:
		b.loss, b.mean = e.Loss, true
	case optim.StepDone:
		if time.Since(b.last) < redraw && e.Step > 1 {
			return nil
		}
	}
	b.last = time.Now()
	loss := e.Loss
	if b.mean {
		loss = b.loss
	}
	b.shown.Store(&status{e, loss})
	b.line.SetCurrent(int64(e.Step))
	if e.Kind == optim.Finished {
		if e.Step < e.Steps {
			b.line.Abort(false)
		}
		b.progress.Wait()
		if e.Advice != "" {
			fmt.Fprintln(b.out, e.Advice)
		}
	}
	return nil
}

// metric writes a positive number in at most four characters and a prefix.
func metric(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%.3gM", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%.3gk", x/1e3)
	}
	return fmt.Sprintf("%.3g", x)
}
