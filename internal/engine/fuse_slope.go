package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// slope lets the operation that computes y = tanh x or σ(x) give 1 - y² or y·(1-y) as its second result.
func (f *fuser) slope(o *op) bool {
	var y operand
	op := kernel.Tanh
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
		op = kernel.Sigmoid
		if y = a; !f.isComplement(b, y) {
			if y = b; !f.isComplement(a, y) {
				return false
			}
		}
	default:
		return false
	}
	u, _ := f.producer(y)
	if u == nil || u.code != opUnary || kernel.UnaryOp(u.fn) != op || u.dst2 != noBuffer {
		return false
	}
	u.dst2 = o.dst
	f.def[o.dst] = f.def[u.dst]
	gone := o.form
	o.code = opNone
	f.readers(&gone, -1)
	return true
}

// isComplement reports whether in is 1 - y, also where Gorgonia wrote σ(-x) for 1 - σ(x).
func (f *fuser) isComplement(in, y operand) bool {
	o, _ := f.producer(in)
	if o == nil || o.code == opAffine {
		return o != nil && o.isOneMinus(f.Builder) && o.in[affB].none() && o.in[affA] == y
	}
	value, _ := f.producer(y)
	if value == nil || !value.isSigmoid() || !o.isSigmoid() {
		return false
	}
	minus, _ := f.producer(o.in[0])
	return minus != nil && minus.isScale() && minus.alpha == -1 && minus.in[affA] == value.in[0]
}

func (f *form) isSigmoid() bool { return f.code == opUnary && kernel.UnaryOp(f.fn) == kernel.Sigmoid }

// isOneMinus reports whether f is 1 - a·b or 1 - a.
func (f *form) isOneMinus(b *Builder) bool {
	c := f.in[affC]
	return f.code == opAffine && f.alpha == -1 && f.beta == 1 && c.kind == kernel.Const && b.numbers[c.id] == 1
}
