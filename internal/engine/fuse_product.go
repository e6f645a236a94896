package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// intoProduct makes a sum with, or an element-wise product of, the result of a matrix product part of that operation.
func (f *fuser) intoProduct(o *op) bool {
	if o.alpha != 1 || !o.in[affC].none() && o.beta != 1 {
		return false
	}
	a, b, c := o.in[affA], o.in[affB], o.in[affC]
	if b.none() {
		return f.addTo(o, a, c) || f.addTo(o, c, a)
	}
	return b.kind != kernel.Const && (f.scaleBy(o, a, b, c) || f.scaleBy(o, b, a, c))
}

// addTo makes o = product + other one operation.
func (f *fuser) addTo(o *op, product, other operand) bool {
	m, only := f.producer(product)
	if !only || m.code != opMatMul || m.dst2 != noBuffer || other.none() || other.kind == kernel.Const {
		return false
	}
	to := m.form
	switch {
	case m.in[mmInit].none() && m.in[mmE].none() && m.in[mmC].none():
		to.in[mmInit] = other
	case m.in[mmC].none() && (other.isColumn() || !m.in[mmE].isColumn()):
		to.in[mmC] = other
	default:
		return false
	}
	f.rewrite(o, to)
	return true
}

// scaleBy makes o = product·e + c one operation.
func (f *fuser) scaleBy(o *op, product, e, c operand) bool {
	m, only := f.producer(product)
	if !only || m.code != opMatMul || m.dst2 != noBuffer || e == product || !m.in[mmE].none() || !m.in[mmC].none() {
		return false
	}
	if c == product || c.kind == kernel.Const || c.kind == kernel.Uniform && e.isColumn() {
		return false
	}
	to := m.form
	to.in[mmE], to.in[mmC] = e, c
	f.rewrite(o, to)
	return true
}
