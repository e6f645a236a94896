package kernel

import (
	"fmt"
	"math"
)

// Fn is an element-wise function of one, two or three numbers. To add one of one or two numbers, name it here and enter
// it in the table of scalars: every instruction set runs it lane by lane, which takes tens of times as long, until _asm has
// a kernel for it. One of one number also has a line in accuracy of unary_test.go.
type Fn uint8

// The functions. Comparisons give 0 or 1.
const (
	Neg    Fn = iota // of one number
	Square           // x·x
	Cube             // (x·x)·x
	Abs
	Sign // -1, 0 or 1; ±0 and NaN stay
	Sqrt
	Recip   // 1/x
	InvSqrt // 1/√x
	Floor
	Ceil
	Exp
	Expm1 // eˣ - 1
	Log
	Log1p // log(1 + x)
	Log2
	Tanh
	Sigmoid  // 1/(1 + e⁻ˣ)
	Softplus // log(1 + eˣ)
	Sin
	Cos
	Erf // 2/√π ∫₀ˣ e^(-t²) dt
	Add // of two
	Sub
	Mul
	Div
	Max   // the larger; NaN if either is; max(-0, +0) = +0
	Min   // the smaller; NaN if either is; min(-0, +0) = -0
	Gt    // 1 if a > b, else 0
	Ge    // 1 if a ≥ b, else 0
	Lt    // 1 if a < b, else 0
	Le    // 1 if a ≤ b, else 0
	Eq    // 1 if a = b, else 0
	Ne    // 1 if a ≠ b, else 0; 1 for NaN
	Pow   // aᵇ with the special cases of [math.Pow]
	Where // of three: b where a is not 0, c elsewhere
	fns
)

// scalar is a function of numbers.
type scalar struct {
	name string
	one  func(x float64) float64
	two  func(a, b float64) float64
}

// scalars is the one place where the functions are computed number by number: for constants, for values that are the
// same for all rows, and lane by lane where there is no kernel. They take and give float64, and a float32 result is
// theirs rounded, so that Add, Sub, Mul, Div, Sqrt and Recip are rounded correctly in both element types. Each is as
// accurate as [Unary] promises.
var scalars = [fns]scalar{
	Neg:      {name: "neg", one: func(x float64) float64 { return -x }},
	Square:   {name: "square", one: func(x float64) float64 { return x * x }},
	Cube:     {name: "cube", one: func(x float64) float64 { return x * x * x }},
	Abs:      {name: "abs", one: math.Abs},
	Sign:     {name: "sign", one: sign},
	Sqrt:     {name: "sqrt", one: math.Sqrt},
	Recip:    {name: "recip", one: func(x float64) float64 { return 1 / x }},
	InvSqrt:  {name: "invsqrt", one: func(x float64) float64 { return 1 / math.Sqrt(x) }},
	Floor:    {name: "floor", one: math.Floor},
	Ceil:     {name: "ceil", one: math.Ceil},
	Exp:      {name: "exp", one: exp},
	Expm1:    {name: "expm1", one: math.Expm1},
	Log:      {name: "log", one: log},
	Log1p:    {name: "log1p", one: math.Log1p},
	Log2:     {name: "log2", one: log2},
	Tanh:     {name: "tanh", one: math.Tanh},
	Sigmoid:  {name: "sigmoid", one: sigmoid},
	Softplus: {name: "softplus", one: softplus},
	Sin:      {name: "sin", one: math.Sin},
	Cos:      {name: "cos", one: math.Cos},
	Erf:      {name: "erf", one: math.Erf},
	Add:      {name: "add", two: func(a, b float64) float64 { return a + b }},
	Sub:      {name: "sub", two: func(a, b float64) float64 { return a - b }},
	Mul:      {name: "mul", two: func(a, b float64) float64 { return a * b }},
	Div:      {name: "div", two: func(a, b float64) float64 { return a / b }},
	Max:      {name: "max", two: func(a, b float64) float64 { return max(a, b) }},
	Min:      {name: "min", two: func(a, b float64) float64 { return min(a, b) }},
	Gt:       {name: "gt", two: func(a, b float64) float64 { return truth[float64](a > b) }},
	Ge:       {name: "ge", two: func(a, b float64) float64 { return truth[float64](a >= b) }},
	Lt:       {name: "lt", two: func(a, b float64) float64 { return truth[float64](a < b) }},
	Le:       {name: "le", two: func(a, b float64) float64 { return truth[float64](a <= b) }},
	Eq:       {name: "eq", two: func(a, b float64) float64 { return truth[float64](a == b) }},
	Ne:       {name: "ne", two: func(a, b float64) float64 { return truth[float64](a != b) }},
	Pow:      {name: "pow", two: math.Pow},
	Where:    {name: "where"},
}

// String is the lower-case name.
func (f Fn) String() string {
	if f < fns {
		return scalars[f].name
	}
	return fmt.Sprintf("Fn(%d)", uint8(f))
}

// Operands is the number of operands, 0 for what is no function.
func (f Fn) Operands() int {
	switch {
	case f >= fns:
		return 0
	case scalars[f].one != nil:
		return 1
	case scalars[f].two != nil:
		return 2
	}
	return 3
}

// Of is the function of numbers, of which those of fewer than three operands ignore the rest.
func (f Fn) Of(a, b, c float64) float64 {
	switch f.Operands() {
	case 1:
		return scalars[f].one(a)
	case 2:
		return scalars[f].two(a, b)
	}
	if a != 0 {
		return b
	}
	return c
}

// HasSlope reports whether [Unary] can give the derivative along with the value.
func (f Fn) HasSlope() bool { return f == Tanh || f == Sigmoid }

func truth[T Float](b bool) T {
	if b {
		return 1
	}
	return 0
}

// exp is math.Exp also for the last 0.35 before it overflows, where that of amd64 has done so already.
func exp(x float64) float64 {
	if x > 709 {
		return math.Exp(x-1) * math.E
	}
	return math.Exp(x)
}

// log is math.Log also for denormal numbers, which that of amd64 takes for normal ones.
func log(x float64) float64 {
	if 0 < x && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// log2 is math.Log2 also near 1, where that cancels.
func log2(x float64) float64 {
	if math.Sqrt2/2 < x && x < math.Sqrt2 {
		return math.Log(x) * math.Log2E
	}
	return math.Log2(x)
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// sigmoid takes the exponential of -|x|, which cannot overflow.
func sigmoid(x float64) float64 {
	z := math.Exp(-math.Abs(x))
	if math.Signbit(x) {
		return z / (1 + z)
	}
	return 1 / (1 + z)
}

// softplus is max(x, 0) + log(1 + e^-|x|).
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}
