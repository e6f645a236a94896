package optim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/optim"
)

func TestSchedules(t *testing.T) {
	for _, test := range []struct {
		name     string
		schedule optim.Schedule
		want     []float64 // the whole run
	}{
		{"constant", optim.Constant(0.1), []float64{0.1, 0.1, 0.1}},
		{"cosine", optim.Cosine(1, 0), []float64{1, 0.8535533905932737, 0.5, 0.14644660940672627, 0}},
		{"cosine between rates", optim.Cosine(3, 1), []float64{3, 2, 1}},
		{"cosine of one step", optim.Cosine(3, 1), []float64{3}},
		{"exponential", optim.Exponential(1, 1e-2), []float64{1, 0.1, 0.01}},
		{"exponential of one step", optim.Exponential(1, 1e-2), []float64{1}},
		{"steps", optim.Steps(1, 0.5, 2), []float64{1, 1, 0.5, 0.5, 0.25}},
		{"steps without an end", optim.Steps(1, 0.5, 0), []float64{1, 1, 1}},
		{"warm-up", optim.WarmUp(3, optim.Constant(8)), []float64{2, 4, 6, 8, 8}},
		{"warm-up to cosine", optim.WarmUp(1, optim.Cosine(2, 0)), []float64{1, 2, 1, 0}},
		{"no warm-up", optim.WarmUp(0, optim.Cosine(2, 0)), []float64{2, 1, 0}},
		{"nothing but warm-up", optim.WarmUp(3, optim.Cosine(4, 0)), []float64{1, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []float64
			for step := range test.want {
				got = append(got, test.schedule(step, len(test.want)))
			}
			assert.InDeltaSlice(t, test.want, got, 1e-15) // roundings of cos and pow
		})
	}
}

func ExampleSchedule() {
	rate := optim.WarmUp(2, optim.Cosine(0.3, 0))
	for step := range 5 {
		fmt.Printf("%.2f ", rate(step, 5))
	}
	// Output: 0.10 0.20 0.30 0.15 0.00
}
