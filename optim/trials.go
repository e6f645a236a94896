package optim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Trials are the tries of a [Search].
type Trials[S any] []Trial[S]

// Best returns the trial of the lowest loss, the first of equals. It reports whether there is one that has not failed.
func (t Trials[S]) Best() (Trial[S], bool) {
	sorted := t.Sorted()
	if len(sorted) == 0 || sorted[0].Failed != "" {
		return Trial[S]{}, false
	}
	return sorted[0], true
}

// Sorted returns the trials by their losses, the lowest first, those that have failed last.
func (t Trials[S]) Sorted() Trials[S] {
	sorted := slices.Clone(t)
	slices.SortStableFunc(sorted, func(a, b Trial[S]) int {
		if a.Failed == "" && b.Failed != "" {
			return -1
		}
		if a.Failed != "" && b.Failed == "" {
			return 1
		}
		return cmp.Compare(a.Loss, b.Loss)
	})
	return sorted
}

// check is the error of a search in which nothing went well.
func (t Trials[S]) check() error {
	if _, ok := t.Best(); ok {
		return nil
	}
	if len(t) == 0 {
		return errors.New("optim: Search: no trial has ended within the Limit: want a longer one")
	}
	return fmt.Errorf("optim: Search: all %d trials have failed; the first: %s", len(t), t[0].Failed)
}

// String returns the trials as a table, the best first: the number, the loss, the seconds and then a column for each
// setting, by the names that encoding/json gives them.
func (t Trials[S]) String() string {
	var out strings.Builder
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i, trial := range t.Sorted() {
		names, values := members(trial.Settings)
		if i == 0 {
			fmt.Fprintln(table, strings.Join(append([]string{"trial", "loss", "seconds"}, names...), "\t")+"\t")
		}
		loss := fmt.Sprintf("%.4f", trial.Loss)
		if trial.Failed != "" {
			loss = "failed"
		}
		row := append([]string{fmt.Sprint(trial.Number), loss, fmt.Sprintf("%.1f", trial.Took.Seconds())}, values...)
		fmt.Fprintln(table, strings.Join(row, "\t")+"\t")
	}
	table.Flush()
	return out.String()
}

// members returns the names and values of what JSON has as an object, in its order, else one value.
func members(settings any) (names, values []string) {
	text, err := json.Marshal(settings)
	if err != nil {
		return []string{"settings"}, []string{fmt.Sprint(settings)}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return []string{"settings"}, []string{string(text)}
	}
	for decoder.More() {
		name, _ := decoder.Token()
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
		names = append(names, fmt.Sprint(name))
		values = append(values, briefly(value))
	}
	return names, values
}

// briefly writes a number to three digits and everything else as it is.
func briefly(value json.RawMessage) string {
	var x float64
	if json.Unmarshal(value, &x) == nil && x != math.Trunc(x) {
		return fmt.Sprintf("%.3g", x)
	}
	return strings.Trim(string(value), `"`)
}
