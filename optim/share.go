package optim

// share is what a step has gathered of its rows: the mean loss and gradient of one batch, or of several, each counted by
// its rows. What several machines have of one step would be added up here too, in their order.
type share struct {
	batches, rows int
	loss          float64     // times rows, summed
	last          float64     // of the last batch
	evaluations   int         // of the objective, summed over rows
	rejected      int         // steps of it, likewise
	gradient      [][]float64 // times rows, summed; unused for one batch
}

// add takes the loss of a batch, and its gradient where it is one of several.
func (s *share) add(loss float64, rows int, model []parameter, several bool) {
	s.batches++
	s.rows += rows
	s.loss += loss * float64(rows)
	s.last = loss
	if !several {
		return
	}
	if s.gradient == nil {
		for _, p := range model {
			s.gradient = append(s.gradient, make([]float64, len(p.g32)+len(p.g64)))
		}
	}
	for i, p := range model {
		accumulate(s.gradient[i], p.g32, rows)
		accumulate(s.gradient[i], p.g64, rows)
	}
}

func accumulate[T float](sum []float64, g []T, rows int) {
	for i, v := range g {
		sum[i] += float64(v) * float64(rows)
	}
}

// take leaves the mean gradient in the model, returns the mean loss and the rows, and starts anew. What one batch alone
// has left is taken bit for bit.
func (s *share) take(model []parameter) (loss float64, rows int) {
	loss, rows = s.last, s.rows
	if s.batches > 1 {
		loss = s.loss / float64(rows)
	}
	for i, sum := range s.gradient {
		if s.batches > 1 {
			divide(model[i].g32, sum, rows)
			divide(model[i].g64, sum, rows)
		}
		clear(sum)
	}
	*s = share{gradient: s.gradient}
	return loss, rows
}

func divide[T float](g []T, sum []float64, rows int) {
	for i := range g {
		g[i] = T(sum[i] / float64(rows))
	}
}
