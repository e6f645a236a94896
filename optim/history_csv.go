package optim

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteCSV writes a line for each epoch below a line of names: epoch, step, the loss under its Label in lower case, rate,
// grad_norm and the seconds since the start of the run. Numbers have all their digits.
func (h *History) WriteCSV(w io.Writer) error {
	label := strings.ToLower(h.Label)
	if label == "" {
		label = "nll"
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	out := csv.NewWriter(w)
	lines := [][]string{{"epoch", "step", label, "rate", "grad_norm", "seconds"}}
	for _, e := range h.Epochs {
		lines = append(lines, []string{
			strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), number(e.Loss), number(e.Rate), number(e.GradNorm),
			strconv.FormatFloat(e.Elapsed.Seconds(), 'f', 3, 64),
		})
	}
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("optim: history: %w", err)
	}
	return nil
}
