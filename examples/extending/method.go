package extending

import "github.com/go-ffjord/ffjord/ode"

// Ralston3 is the method of order 3 with the smallest bound on the error of a step (Ralston 1962, eq. 3.10).
var Ralston3 = &ode.Tableau{
	Name: "ralston3", Order: 3,
	C: []float64{0, 1. / 2, 3. / 4},
	A: [][]float64{{}, {1. / 2}, {0, 3. / 4}},
	B: []float64{2. / 9, 1. / 3, 4. / 9},
}
