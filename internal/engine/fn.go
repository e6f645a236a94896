package engine

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// Fn is an element-wise function of one, two or three numbers.
type Fn uint8

// The functions. Comparisons give 0 or 1.
const (
	Neg Fn = iota // of one number
	Square
	Cube
	Abs
	Sign
	Sqrt
	Recip
	InvSqrt
	Floor
	Ceil
	Exp
	Expm1
	Log
	Log1p
	Log2
	Tanh
	Sigmoid
	Softplus
	Sin
	Cos
	Add // of two
	Sub
	Mul
	Div
	Max
	Min
	Gt
	Ge
	Lt
	Le
	Eq
	Ne
	Pow
	Where // of three: b where a is not 0, c elsewhere
)

var fnNames = [...]string{"neg", "square", "cube", "abs", "sign", "sqrt", "recip", "invsqrt", "floor", "ceil", "exp",
	"expm1", "log", "log1p", "log2", "tanh", "sigmoid", "softplus", "sin", "cos",
	"add", "sub", "mul", "div", "max", "min", "gt", "ge", "lt", "le", "eq", "ne", "pow", "where"}

func (f Fn) String() string {
	if int(f) < len(fnNames) {
		return fnNames[f]
	}
	return fmt.Sprintf("Fn(%d)", uint8(f))
}

// Operands returns the number of operands of the function.
func (f Fn) Operands() int {
	switch {
	case f < Add:
		return 1
	case f < Where:
		return 2
	}
	return 3
}

// unaryKernels holds the kernel of each function of one number that has one.
var unaryKernels = map[Fn]kernel.UnaryOp{Abs: kernel.Abs, Sign: kernel.Sign, Sqrt: kernel.Sqrt, Recip: kernel.Recip,
	InvSqrt: kernel.InvSqrt, Floor: kernel.Floor, Ceil: kernel.Ceil, Exp: kernel.Exp, Expm1: kernel.Expm1,
	Log: kernel.Log, Log1p: kernel.Log1p, Log2: kernel.Log2, Tanh: kernel.Tanh, Sigmoid: kernel.Sigmoid,
	Softplus: kernel.Softplus, Sin: kernel.Sin, Cos: kernel.Cos}

// binaryKernels holds the kernel of each function of two numbers that is not a case of kernel.Affine.
var binaryKernels = map[Fn]kernel.BinaryOp{Div: kernel.Div, Max: kernel.Max, Min: kernel.Min, Gt: kernel.Gt,
	Ge: kernel.Ge, Lt: kernel.Lt, Le: kernel.Le, Eq: kernel.Eq, Ne: kernel.Ne, Pow: kernel.Pow}

// eval returns f of numbers, for constants and uniform values. Functions of fewer than three ignore the rest.
func (f Fn) eval(a, b, c float64) float64 {
	switch f {
	case Neg:
		return -a
	case Square:
		return a * a
	case Cube:
		return a * a * a
	case Abs:
		return math.Abs(a)
	case Sign:
		return sign(a)
	case Sqrt:
		return math.Sqrt(a)
	case Recip:
		return 1 / a
	case InvSqrt:
		return 1 / math.Sqrt(a)
	case Floor:
		return math.Floor(a)
	case Ceil:
		return math.Ceil(a)
	case Exp:
		return math.Exp(a)
	case Expm1:
		return math.Expm1(a)
	case Log:
		return math.Log(a)
	case Log1p:
		return math.Log1p(a)
	case Log2:
		return math.Log2(a)
	case Tanh:
		return math.Tanh(a)
	case Sigmoid:
		return 1 / (1 + math.Exp(-a))
	case Softplus:
		return max(a, 0) + math.Log1p(math.Exp(-math.Abs(a)))
	case Sin:
		return math.Sin(a)
	case Cos:
		return math.Cos(a)
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	case Max:
		return max(a, b)
	case Min:
		return min(a, b)
	case Gt:
		return truth(a > b)
	case Ge:
		return truth(a >= b)
	case Lt:
		return truth(a < b)
	case Le:
		return truth(a <= b)
	case Eq:
		return truth(a == b)
	case Ne:
		return truth(a != b)
	case Pow:
		return math.Pow(a, b)
	case Where:
		if a != 0 {
			return b
		}
		return c
	}
	panic("engine: no value of " + f.String())
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

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
