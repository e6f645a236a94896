package optim

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

// WriteCSV writes a line for each epoch below a line of names: epoch, step, the loss under its Label in lower case, rate,
// grad_norm and the seconds since the start of the run; then held, the loss of the held-out rows, empty before the first
// validation, evaluations and rejected, those of a row in the mean, and the seconds of all validations. Numbers have all
// their digits.
func (h *History) WriteCSV(w io.Writer) error {
	label := strings.ToLower(h.Label)
	if label == "" {
		label = "nll"
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
	out := csv.NewWriter(w)
	lines := [][]string{{"epoch", "step", label, "rate", "grad_norm", "seconds", "held", "evaluations", "rejected", "validating"}}
	for _, e := range h.Epochs {
		held := ""
		if e.Validations > 0 {
			held = number(e.Held)
		}
		lines = append(lines, []string{
			strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), number(e.Loss), number(e.Rate), number(e.GradNorm),
			seconds(e.Elapsed), held, number(e.Evaluations), number(e.Rejected), seconds(e.Validating),
		})
	}
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("optim: history: %w", err)
	}
	return nil
}

// SaveCSV writes the table of [History.WriteCSV] to a file, whole or, after an error, which names it, not at all.
func (h *History) SaveCSV(path string) error {
	if err := atomicfile.WriteFrom(path, h.WriteCSV); err != nil {
		return fmt.Errorf("optim: history: %w", err)
	}
	return nil
}
