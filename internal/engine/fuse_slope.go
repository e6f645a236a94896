package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// slope lets the operation that computes y = tanh x or σ(x) give 1 - y² or σ(x)·σ(-x) as its second result.
func (f *fuser) slope(o *op) bool {
	var y operand
	fn := kernel.Tanh
	a, b := o.in[affA], o.in[affB]
	switch {
	case o.isOneMinus(f.Builder) && a == b:
		y = a
	case o.isOneMinus(f.Builder) && b.none():
		square, _ := f.producer(a)
		if square == nil || !square.isProduct() || square.alpha != 1 || square.in[affA] != square.in[affB] {
			return false
		}
		y = square.in[affA]
	case o.isProduct() && o.alpha == 1 && b.isColumn():
		fn = kernel.Sigmoid
		if y = a; !f.isReflected(b, y) {
			if y = b; !f.isReflected(a, y) {
				return false
			}
		}
	default:
		return false
	}
	u, _ := f.producer(y)
	if u == nil || u.code != opUnary || Fn(u.fn) != fn || u.dst2 != noBuffer {
		return false
	}
	u.dst2 = o.dst
	f.def[o.dst] = f.def[u.dst]
	gone := o.form
	o.code = opNone
	f.readers(&gone, -1)
	return true
}

// isReflected reports whether in is σ(-x), as Gorgonia writes 1 - σ(x), where y is σ(x).
func (f *fuser) isReflected(in, y operand) bool {
	o, _ := f.producer(in)
	value, _ := f.producer(y)
	if o == nil || value == nil || !value.isSigmoid() || !o.isSigmoid() {
		return false
	}
	minus, _ := f.producer(o.in[0])
	return minus != nil && minus.isScale() && minus.alpha == -1 && minus.in[affA] == value.in[0]
}

func (f *form) isSigmoid() bool { return f.code == opUnary && Fn(f.fn) == kernel.Sigmoid }

// isOneMinus reports whether f is 1 - a·b or 1 - a.
func (f *form) isOneMinus(b *Builder) bool {
	c := f.in[affC]
	return f.code == opAffine && f.alpha == -1 && f.beta == 1 && c.kind == kernel.Const && b.numbers[c.id] == 1
}
