package table

// held says what a column holds where that is not numbers alone.
type held struct {
	name  string
	texts *texts // nil of a column without categories
	time  Kind   // as it is wanted, "" of no times
}

// heldColumns are the wanted columns of a file, in order.
type heldColumns []*held

// forget lets go of the categories that were not known before a batch.
func (h heldColumns) forget() {
	for _, c := range h {
		if c.texts != nil {
			c.texts.forget()
		}
	}
}

// known returns the categories of the columns where they were known before the file, with those that came beside them.
func (h heldColumns) known() map[string][]string {
	levels := make(map[string][]string)
	for _, c := range h {
		if c.texts != nil && c.texts.fixed != nil {
			levels[c.name] = c.texts.all()
		}
	}
	return levels
}

// levels returns all categories, and sorts those that were not known before.
func (h heldColumns) levels(values []float64) map[string][]string {
	levels := make(map[string][]string)
	for j, c := range h {
		if c.texts != nil {
			levels[c.name] = c.texts.sorted(values, j, len(h))
		}
	}
	return levels
}

func (h heldColumns) times() map[string]Kind {
	times := make(map[string]Kind)
	for _, c := range h {
		if c.time != "" && c.texts == nil {
			times[c.name] = c.time
		}
	}
	return times
}

// unknown returns a column whose categories are not known beforehand, "" if there is none.
func (h heldColumns) unknown() string {
	for _, c := range h {
		if c.texts != nil && c.texts.fixed == nil {
			return c.name
		}
	}
	return ""
}
