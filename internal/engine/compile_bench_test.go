package engine

import (
	"testing"
	"time"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// writeSteps tells a builder so many steps of Euler's method through a net of one hidden layer with its gradients: what a compiled
// solve looks like when it is unrolled, with sums over rows and values that stay alive to the end.
func writeSteps(b *Builder, width, steps int) {
	z, h := b.Rows("z", 2), b.Rows("h", 1)
	v, w := b.Uniform("v", 2, width), b.Uniform("w", width, 2)
	var hidden, slopes []Value
	states := []Value{z}
	for range steps {
		y := b.Apply(kernel.Tanh, b.MatMul(z, v))
		slopes = append(slopes, b.Apply(kernel.Sub, b.Number(1), b.Apply(kernel.Square, y)))
		hidden = append(hidden, y)
		z = b.Apply(kernel.Add, z, b.Apply(kernel.Mul, b.MatMul(y, w), b.RepeatCols(h, 2)))
		states = append(states, z)
	}
	g := b.Rows("g", 2)
	var gv, gw Value
	for i := steps - 1; i >= 0; i-- {
		scaled := b.Apply(kernel.Mul, g, b.RepeatCols(h, 2))
		back := b.Apply(kernel.Mul, b.MatMul(scaled, b.Transpose(w)), slopes[i])
		dw, dv := b.MatMulRows(hidden[i], scaled), b.MatMulRows(states[i], back)
		if i == steps-1 {
			gv, gw = dv, dw
		} else {
			gv, gw = b.Apply(kernel.Add, gv, dv), b.Apply(kernel.Add, gw, dw)
		}
		g = b.Apply(kernel.Add, g, b.MatMul(back, b.Transpose(v)))
	}
	row := Value{view: v.view.cut(0, 1, 0, width)}
	b.Output("diagonal", b.Slice(b.MatMul(b.Apply(kernel.Mul, slopes[0], row), w), 0, 1, 1))
	b.Output("z", z)
	b.Output("gz", g)
	b.Output("gv", gv)
	b.Output("gw", gw)
}

// BenchmarkCompile compiles some 8,000 and 16,000 operations and reports the ratio of their least times, 2 where
// every pass is linear.
func BenchmarkCompile(b *testing.B) {
	const steps = 8000 / 14
	least := [2]time.Duration{time.Hour, time.Hour}
	for b.Loop() {
		for i := range least {
			start := time.Now()
			builder := NewBuilder[float32]()
			writeSteps(builder, 8, steps<<i)
			if _, err := builder.Finish(); err != nil {
				b.Fatal(err)
			}
			least[i] = min(least[i], time.Since(start))
		}
	}
	b.ReportMetric(float64(least[1])/float64(least[0]), "times/doubling")
}
