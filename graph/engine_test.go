package graph_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// numbers returns n normal numbers that depend on the name alone.
func numbers[T graph.Float](name string, n int) []T {
	h := fnv.New64a()
	h.Write([]byte(name))
	rng := rand.New(rand.NewPCG(h.Sum64(), 1))
	out := make([]T, n)
	for i := range out {
		out[i] = T(rng.NormFloat64())
	}
	return out
}

// loaded returns a machine of the program of write with a number in every input.
func loaded[T graph.Float](t testing.TB, e graph.Engine, lanes int, write func(*graph.Graph)) *graph.Machine[T] {
	t.Helper()
	p, err := graph.CompileFor[T](e, write)
	require.NoError(t, err)
	m, err := p.NewMachine(lanes)
	require.NoError(t, err)
	for _, in := range p.Graph().Inputs() {
		if in.PerRow {
			for j, c := range m.In(in.Name) {
				copy(c, numbers[T](fmt.Sprint(in.Name, j), lanes))
			}
		} else {
			values := numbers[T](in.Name, in.Rows*in.Cols)
			for i := range values {
				values[i] /= T(math.Sqrt(float64(in.Rows))) // as weights are
			}
			require.NoError(t, m.Bind(in.Name, values))
		}
	}
	return m
}

// results returns all outputs after a run of n rows.
func results[T graph.Float](t testing.TB, m *graph.Machine[T], p *graph.Graph, kinds func(string) graph.RowKind, n int) map[string][]T {
	t.Helper()
	m.Reset()
	require.NoError(t, m.Run(n))
	out := map[string][]T{}
	for _, o := range p.Outputs() {
		if kinds(o.Name) == graph.PerRow {
			for _, c := range m.Out(o.Name) {
				out[o.Name] = append(out[o.Name], c[:n]...)
			}
		} else {
			out[o.Name] = append(out[o.Name], m.Sum(o.Name)...)
		}
	}
	return out
}

// unit is the rounding unit of T.
func unit[T graph.Float]() float64 {
	var t T
	if _, single := any(t).(float32); single {
		return 0x1p-24
	}
	return 0x1p-53
}

// requireEngines runs a program on both engines for several numbers of rows and compares every output. The engines add
// products in different orders, so that results agree to the rounding of the sums involved: a few hundred units times
// the largest number around, or times loose where a program is ill-conditioned.
func requireEngines[T graph.Float](t testing.TB, loose float64, rows []int, write func(*graph.Graph)) {
	t.Helper()
	p, err := graph.CompileFor[T](graph.Native, write)
	require.NoError(t, err)
	lanes := 0
	for _, n := range rows {
		lanes = max(lanes, n)
	}
	kinds := func(name string) graph.RowKind {
		k, ok := p.OutputKind(name)
		require.True(t, ok)
		return k
	}
	native, tape := loaded[T](t, graph.Native, lanes, write), loaded[T](t, graph.Tape, lanes, write)
	for _, n := range rows {
		got, want := results(t, native, p.Graph(), kinds, n), results(t, tape, p.Graph(), kinds, n)
		for _, o := range p.Graph().Outputs() {
			requireClose(t, want[o.Name], got[o.Name], 300*unit[T]()*loose, "output %s of %d rows", o.Name, n)
		}
	}
	if t.Failed() {
		t.Log(p)
	}
}

// requireClose compares two vectors relative to the largest finite number of the first, at least 1.
func requireClose[T graph.Float](t testing.TB, want, got []T, tolerance float64, what string, args ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	scale := 1.0
	for _, v := range want {
		if a := math.Abs(float64(v)); a > scale && !math.IsInf(a, 0) {
			scale = a
		}
	}
	for i := range want {
		w, g := float64(want[i]), float64(got[i])
		if math.IsNaN(w) && math.IsNaN(g) || w == g || math.Abs(w-g) <= tolerance*scale {
			continue
		}
		require.Failf(t, "engines differ", "%s: element %d is %v, want %v", fmt.Sprintf(what, args...), i, g, w)
	}
}
