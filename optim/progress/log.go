package progress

import (
	"log/slog"
	"math"
	"strings"

	"github.com/go-ffjord/ffjord/optim"
)

// records shows a run as one log record for each epoch.
type records struct {
	log   *slog.Logger
	label string
}

func (r records) observe(e optim.Event) error {
	if e.Kind == optim.Finished && e.Advice != "" {
		r.log.Warn(e.Advice)
	}
	if e.Kind != optim.EpochDone {
		return nil
	}
	r.log.Info("trained",
		"epoch", e.Epoch,
		"epochs", e.Epochs,
		strings.ToLower(r.label), round(e.Loss, 5),
		"rows_per_second", math.Round(e.RowsPerSecond()),
		"left", brief(e.Left()),
	)
	return nil
}

// round keeps so many significant digits of x.
func round(x float64, digits int) float64 {
	if x == 0 || x-x != 0 { // or NaN or infinite
		return x
	}
	unit := math.Pow(10, float64(digits-1)-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*unit) / unit
}
