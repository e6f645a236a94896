package optim

import (
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"
)

var _ Observer = (*Progress)(nil).Observe

// Progress shows a run while it goes on: on a terminal one line with the
// epoch, the loss, rows per second and the time left, redrawn in place; on
// anything else one log record for each epoch. Its Observe is an Observer. The
// zero value is ready, and may serve one run after another.
type Progress struct {
	// Out is where to show it. Nil means os.Stderr.
	Out io.Writer
	// Label is what the loss is called. Empty means "NLL".
	Label string
	// Log takes the records if Out is not a terminal. Nil means text on Out.
	Log *slog.Logger

	view Observer // of the run under way, nil between runs
}

// Observe is an Observer.
func (p *Progress) Observe(e Event) error {
	if p.view == nil {
		if e.Kind == Finished {
			return nil
		}
		p.view = p.open(e)
	}
	err := p.view(e)
	if e.Kind == Finished {
		p.view = nil
	}
	return err
}

func (p *Progress) open(first Event) Observer {
	out, label := p.Out, p.Label
	if out == nil {
		out = os.Stderr
	}
	if label == "" {
		label = "NLL"
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return newBar(out, label, first).observe
	}
	log := p.Log
	if log == nil {
		log = slog.New(slog.NewTextHandler(out, nil))
	}
	return records{log, label}.observe
}

// perSecond returns the rows per second of a run so far.
func (e Event) perSecond() float64 {
	if e.Elapsed <= 0 {
		return 0
	}
	return float64(e.Rows) / e.Elapsed.Seconds()
}

// left returns the time that the steps to come will take at the pace so far.
func (e Event) left() time.Duration {
	if e.Step == 0 {
		return 0
	}
	return time.Duration(float64(e.Elapsed) * float64(e.Steps-e.Step) / float64(e.Step))
}

// brief rounds a duration to what a reader wants to know of it.
func brief(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
