package optim

// snapshot is a copy of parameters, in one piece of memory per type.
type snapshot struct {
	w32 []float32
	w64 []float64
}

// empty reports whether nothing was kept yet.
func (s *snapshot) empty() bool { return len(s.w32) == 0 && len(s.w64) == 0 }

// copy takes over what another snapshot has kept.
func (s *snapshot) copy(from *snapshot) {
	s.w32, s.w64 = append(s.w32[:0], from.w32...), append(s.w64[:0], from.w64...)
}

// keep copies the parameters.
func (s *snapshot) keep(model []parameter) {
	s.w32, s.w64 = s.w32[:0], s.w64[:0]
	for _, p := range model {
		s.w32 = append(s.w32, p.w32...)
		s.w64 = append(s.w64, p.w64...)
	}
}

// restore copies back what was kept of the same parameters, if anything was.
func (s *snapshot) restore(model []parameter) {
	w32, w64 := s.w32, s.w64
	for _, p := range model {
		w32 = w32[copy(p.w32, w32):]
		w64 = w64[copy(p.w64, w64):]
	}
}
