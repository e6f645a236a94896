package table

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
