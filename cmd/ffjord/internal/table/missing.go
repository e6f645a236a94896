package table

import "slices"

// Missing are the texts that stand for a missing value in every table.
func Missing() []string {
	return []string{"", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "-nan", "-NaN", "#N/A", "null", "NULL", "None", "<NA>"}
}

// missing are all texts that stand for a missing value in the file.
func (f File) missing() map[string]bool {
	missing := make(map[string]bool)
	for _, text := range append(Missing(), f.Missing...) {
		missing[text] = true
	}
	return missing
}

// gaps are the numbers of those texts in a column whose numbers are no texts, and may be times of a kind.
func (f File) gaps(of Kind) []float64 {
	var gaps []float64
	for _, text := range f.Missing {
		v, err := parseNumber(text)
		if of != "" {
			v, err = of.Parse(text)
		}
		if err == nil {
			gaps = append(gaps, v)
		}
	}
	return gaps
}

// Meaning returns what a text of JSON means as a name, a category or a time, as it does in a file: without spaces around it, and
// with LF for CR. It reports whether that stands for a missing value.
func Meaning(text string) (bare string, missing bool) {
	bare = bareText(text)
	return bare, slices.Contains(Missing(), bare)
}
