package optim

// average is an exponential moving average of the parameters, in float64.
type average [][]float64

// follow moves the average a step: a ← β a + (1-β) θ with β = min(decay, (1+t)/(10+t)) after step t, so that it forgets
// soon where training began. The first call starts from the parameters as they are.
func (a *average) follow(model []parameter, decay float64, t int) {
	if *a == nil {
		for _, p := range model {
			*a = append(*a, p.numbers())
		}
		return
	}
	β := min(decay, float64(1+t)/float64(10+t))
	for i, p := range model {
		mix((*a)[i], p.w32, β)
		mix((*a)[i], p.w64, β)
	}
}

func mix[T float](average []float64, w []T, β float64) {
	for i, v := range w {
		average[i] = β*average[i] + (1-β)*float64(v)
	}
}

// restore gives the parameters the average, if there is one.
func (a average) restore(model []parameter) {
	for i, values := range a {
		model[i].set(values)
	}
}

// numbers returns a copy of the values in float64.
func (p parameter) numbers() []float64 {
	out := make([]float64, 0, len(p.w32)+len(p.w64))
	for _, v := range p.w32 {
		out = append(out, float64(v))
	}
	return append(out, p.w64...)
}

// set gives the parameter these values, rounded to its type.
func (p parameter) set(values []float64) {
	for i := range p.w32 {
		p.w32[i] = float32(values[i])
	}
	copy(p.w64, values)
}
