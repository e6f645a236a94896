package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	room := Room{Arena: 64, Uniform: 10, Lanes: 17} // two columns, at 0 and 32
	ok := []int32{0, 32}
	far := []int32{0, 33}
	one := ok[:1]
	for _, c := range []struct {
		name string
		err  error
		want string // nothing if there is no error
	}{
		{"product", (&MatMul{X: one, W: 9, Out: Product{D: ok[1:]}}).Check(room), ""},
		{"product's X", (&MatMul{X: far, Out: Product{D: one}}).Check(room), "kernel: MatMul: X[1] at 33 with 32 lanes leaves the arena of 64"},
		{"product's W", (&MatMul{X: ok, W: 4, WK: 6, Out: Product{D: one}}).Check(room), "kernel: MatMul: W at 10 leaves the uniform area of 10"},
		{"negative stride", (&MatMul{X: ok, W: 4, WK: -5, Out: Product{D: one}}).Check(room), "kernel: MatMul: W at -1 leaves"},
		{"product's bias", (&MatMul{X: one, Init: uniformsAt(1, 2), Out: Product{D: one}}).Check(room), "Init has 2 numbers, want 1"},
		{"product's E", (&MatMul{X: one, Out: Product{D: one, E: columnsAt(0, 32)}}).Check(room), "Out.E has 2 columns, want 1"},
		{"constant E", (&MatMul{X: one, Out: Product{D: one, E: Constant(1)}}).Check(room), "Out has a constant"},
		{"numbers before Second", (&MatMul{X: one, Out: Product{D: one, E: uniformsAt(1)}, Second: Product{D: ok[1:]}}).Check(room), "Out has numbers and does not come last"},
		{"numbers after columns", (&MatMul{X: one, Out: Product{D: one, E: columnsAt(0), C: uniformsAt(1)}}).Check(room), "Out adds numbers to a product with columns"},
		{"affine", (&Affine{D: ok, A: ok}).Check(room), ""},
		{"affine's uniform", (&Affine{D: one, A: one, B: uniformsAt(10)}).Check(room), "B at 10 leaves the uniform area of 10"},
		{"binary", (&Binary{D: one, A: columnsAt(32), B: Constant(1), Fn: Div}).Check(room), ""},
		{"missing", (&Binary{D: one, A: columnsAt(32), Fn: Div}).Check(room), "kernel: Binary div: B is missing"},
		{"unknown operation", (&Binary{D: one, A: columnsAt(0), B: columnsAt(0), Fn: 99}).Check(room), "not a function of two numbers"},
		{"unknown kind", (&Copy{D: one, X: Operand{Kind: 9}}).Check(room), "unknown kind 9"},
		{"choice", (&Choose{D: one, If: columnsAt(0), A: columnsAt(0)}).Check(room), "B is missing"},
		{"no slope", (&Unary{D: one, X: one, Slope: one, Fn: Exp}).Check(room), "kernel: Unary exp: has no slope"},
		{"reduction of nothing", (&Reduce{}).Check(room), "no columns"},
		{"sums", (&RowSum{X: ok, S: 1}).Check(Room{Arena: 64, Sums: 32, Lanes: 17}), "sums 1 to 33 leave the area of 32"},
		{"outer sums", (&Outer{A: ok, B: ok}).Check(Room{Arena: 64, Sums: 63, Lanes: 17}), "sums 0 to 64 leave the area of 63"},
		{"scratch", (&Outer{A: make([]int32, 16), B: make([]int32, 8)}).Check(Room{Arena: 64, Sums: 128, Scratch: 511, Lanes: 17}), "scratch of 511, want 512"},
		{"negative lanes", (&Copy{D: one, X: Constant(1)}).Check(Room{Arena: 64, Lanes: -1}), "-1 lanes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == "" {
				assert.NoError(t, c.err)
			} else {
				assert.ErrorContains(t, c.err, c.want)
			}
		})
	}
}

func TestFromEnv(t *testing.T) {
	t.Setenv(Env, "")
	isa, err := FromEnv()
	require.NoError(t, err)
	assert.Equal(t, Best(), isa)
	t.Setenv(Env, "go")
	isa, err = FromEnv()
	require.NoError(t, err)
	assert.Equal(t, Go, isa)
	t.Setenv(Env, "mmx")
	_, err = FromEnv()
	assert.EqualError(t, err, `kernel: FFJORD_KERNELS: kernel: unknown kernels "mmx", want go, avx2 or avx512`)
	for _, i := range []ISA{AVX2, AVX512} {
		_, err := Parse(i.String())
		assert.Equal(t, i.Supported(), err == nil, i)
		_, err = New[float32](i)
		assert.Equal(t, i.Supported(), err == nil, i)
	}
	_, err = New[float64](9)
	assert.ErrorContains(t, err, "ISA(9) is not supported")
}

func TestNoAllocation(t *testing.T) {
	for _, o := range operations[float32](7, 50) {
		for _, s := range sets[float32](t) {
			assert.Zero(t, testing.AllocsPerRun(10, func() { o.run(s, o.world) }), "%s %v", o.name, s.ISA)
		}
	}
}
