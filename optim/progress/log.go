package progress

import (
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/optim"
)

// pause is the least time from one record to the next: epochs of a small table take milliseconds.
const pause = 5 * time.Second

// records shows a run as log records of epochs: the first, the last, and between them what the pause lets through.
type records struct {
	log   *slog.Logger
	label string
	told  bool
	last  time.Duration // time of the run at the last record
	held  *optim.Event  // the last epoch, where it has no record
}

func (r *records) observe(e optim.Event) error {
	switch e.Kind {
	case optim.EpochDone:
		r.held = &e
		if !r.told || e.Elapsed-r.last >= pause {
			r.tell()
		}
	case optim.Finished:
		r.tell()
		if e.Advice != "" {
			r.log.Warn(e.Advice)
		}
	}
	return nil
}

// tell writes a record of the epoch that has none.
func (r *records) tell() {
	e := r.held
	if e == nil {
		return
	}
	r.told, r.last, r.held = true, e.Elapsed, nil
	r.log.Info("trained",
		"epoch", e.Epoch,
		"epochs", e.Epochs,
		strings.ToLower(r.label), round(e.Loss, 5),
		"rows_per_second", math.Round(e.RowsPerSecond()),
		"left", brief(e.Left()),
	)
}

// round keeps so many significant digits of x.
func round(x float64, digits int) float64 {
	if x == 0 || x-x != 0 { // or NaN or infinite
		return x
	}
	unit := math.Pow(10, float64(digits-1)-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*unit) / unit
}
