package engine

import "math"

// The operands of an affine operation by their places in form.in.
const (
	affA = iota
	affB
	affC
)

// isProduct reports whether f is α·a·b or α·a.
func (f *form) isProduct() bool { return f.code == opAffine && f.in[affC].none() }

// isScale reports whether f is α·a.
func (f *form) isScale() bool { return f.isProduct() && f.in[affB].none() }

// isSign reports whether a factor changes the sign alone, which commutes with every rounding.
func isSign(factor float64) bool { return math.Abs(factor) == 1 }

// The kernel of an affine operation rounds (α·a)·b, β·c and their sum each. The rules below merge operations only
// where that order is the one of the operations merged, so that the result has their bits: factors are multiplied
// where one of them is a sign, never otherwise, since a product of factors may leave the range that the values stay
// in, and rounds otherwise than they do.

// affine tries the rules for an operation α·a·b + β·c and reports whether one applied.
func (f *fuser) affine(o *op) bool {
	return f.slope(o) || f.unscale(o) || f.intoProduct(o) || f.nested(o)
}

// unscale reads through operands that are α'·x, in whatever order their columns are used.
func (f *fuser) unscale(o *op) bool {
	for slot := range o.in[:affC+1] {
		factor, through, ok := f.scaled(o.in[slot])
		if !ok {
			continue
		}
		to := o.form
		to.in[slot] = columnsOf(through)
		switch a, b := o.in[affA], o.in[affB]; {
		case slot == affC && (isSign(factor) || isSign(o.beta)): // … + β(α'x)
			to.beta *= factor
		case slot == affC:
			continue
		case isSign(factor), b.none() && isSign(o.alpha): // α(α'x)
			to.alpha *= factor
		case b.isColumn() && a != b && isSign(o.alpha): // (α'x)·b, in this order
			to.in[affA], to.in[affB] = columnsOf(through), o.in[affA+affB-slot]
			to.alpha *= factor
		default:
			continue
		}
		f.rewrite(o, to)
		return true
	}
	return false
}

// scaled returns an operand of columns of one buffer α'·x as the factor and the columns of x.
func (f *fuser) scaled(in operand) (factor float64, x list, ok bool) {
	if !in.isColumn() {
		return 0, 0, false
	}
	refs := f.refs[in.list()]
	buffer := refs[0].area
	if f.def[buffer] < 0 {
		return 0, 0, false
	}
	s := &f.ops[f.def[buffer]]
	if s.dst != buffer || !s.isScale() {
		return 0, 0, false
	}
	from := f.refs[s.in[affA].list()]
	through := make([]ref, len(refs))
	for j, r := range refs {
		if r.area != buffer {
			return 0, 0, false
		}
		through[j] = from[r.at]
	}
	return s.alpha, f.intern(through), true
}

// nested merges an affine operation with a product whose result it alone reads.
func (f *fuser) nested(o *op) bool {
	a, b, c := o.in[affA], o.in[affB], o.in[affC]
	to := o.form
	if m, only := f.producer(a); only && b.none() && m.isProduct() && isSign(o.alpha) { // ±(α'a'b') + βc
		to.in[affA], to.in[affB] = m.in[affA], m.in[affB]
		to.alpha *= m.alpha
		f.rewrite(o, to)
		return true
	}
	if m, only := f.producer(c); only && b.none() && m.isProduct() && isSign(o.beta) { // αa ± (α'a'b')
		to = m.form
		to.alpha = o.beta * m.alpha
		to.in[affC], to.beta = a, o.alpha
		f.rewrite(o, to)
		return true
	}
	return false
}
