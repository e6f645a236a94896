package progress

import (
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/go-ffjord/ffjord/optim"
)

var _ optim.Observer = (*Display)(nil).Observe

// Display shows a run: on a terminal one line with the epoch, the loss, rows per second and the time left, redrawn in
// place; on anything else log records of its epochs, the first and the last always, and between them one in five seconds at
// most. Its Observe is an [optim.Observer]. The zero value is ready, and may serve one run after another. Every epoch is in
// an [optim.History].
type Display struct {
	// Out is where to show it. Nil means os.Stderr.
	Out io.Writer
	// Label is what the loss is called. Empty means "NLL".
	Label string
	// Log takes the records if Out is not a terminal. Nil means text on Out.
	Log *slog.Logger

	view optim.Observer // of the run under way, nil between runs
}

// Observe is an [optim.Observer].
func (d *Display) Observe(e optim.Event) error {
	if d.view == nil {
		if e.Kind == optim.Finished {
			return nil
		}
		d.view = d.open(e)
	}
	err := d.view(e)
	if e.Kind == optim.Finished {
		d.view = nil
	}
	return err
}

func (d *Display) open(first optim.Event) optim.Observer {
	out, label := d.Out, d.Label
	if out == nil {
		out = os.Stderr
	}
	if label == "" {
		label = "NLL"
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return newBar(out, label, first).observe
	}
	log := d.Log
	if log == nil {
		log = slog.New(slog.NewTextHandler(out, nil))
	}
	return (&records{log: log, label: label}).observe
}

// brief rounds a duration to what a reader wants to know of it.
func brief(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
