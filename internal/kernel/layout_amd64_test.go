//go:build amd64 && !purego

package kernel

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// TestLayout holds calls and descriptors to the offsets that assembly reads them at.
func TestLayout(t *testing.T) {
	const list, operand = 24, 40
	var (
		o Operand
		m MatMul
		p Product
		q RowMatMul
		a Affine
		b Binary
		c Choose
		u Unary
		r Reduce
		k Call
	)
	for _, f := range []struct {
		name      string
		got, want uintptr
	}{
		{"Call.code", unsafe.Offsetof(k.code), 0},
		{"Call.add", unsafe.Offsetof(k.add), 8},
		{"Call.area", unsafe.Offsetof(k.area), 56},
		{"Call.long", unsafe.Offsetof(k.long), 62},
		{"Call", unsafe.Sizeof(k), 64},
		{"Operand.At", unsafe.Offsetof(o.At), 0},
		{"Operand.Value", unsafe.Offsetof(o.Value), 24},
		{"Operand.Kind", unsafe.Offsetof(o.Kind), 32},
		{"Operand", unsafe.Sizeof(o), operand},
		{"Kind", unsafe.Sizeof(o.Kind), 8},
		{"MatMul.X", unsafe.Offsetof(m.X), 0},
		{"MatMul.W", unsafe.Offsetof(m.W), list},
		{"MatMul.WK", unsafe.Offsetof(m.WK), list + 8},
		{"MatMul.WJ", unsafe.Offsetof(m.WJ), list + 16},
		{"MatMul.Init", unsafe.Offsetof(m.Init), list + 24},
		{"MatMul.Out", unsafe.Offsetof(m.Out), list + 24 + operand},
		{"MatMul.Second", unsafe.Offsetof(m.Second), list + 24 + operand + list + 2*operand},
		{"RowMatMul.W", unsafe.Offsetof(q.W), list},
		{"RowMatMul.WK", unsafe.Offsetof(q.WK), list + 8},
		{"RowMatMul.J", unsafe.Offsetof(q.J), list + 16},
		{"RowMatMul.Init", unsafe.Offsetof(q.Init), list + 24},
		{"RowMatMul.Out", unsafe.Offsetof(q.Out), list + 24 + operand},
		{"RowMatMul.Second", unsafe.Offsetof(q.Second), list + 24 + operand + 24},
		{"RowProduct", unsafe.Sizeof(q.Out), 24},
		{"Product.D", unsafe.Offsetof(p.D), 0},
		{"Product.E", unsafe.Offsetof(p.E), list},
		{"Product.C", unsafe.Offsetof(p.C), list + operand},
		{"Affine.D", unsafe.Offsetof(a.D), 0},
		{"Affine.A", unsafe.Offsetof(a.A), list},
		{"Affine.B", unsafe.Offsetof(a.B), 2 * list},
		{"Affine.C", unsafe.Offsetof(a.C), 2*list + operand},
		{"Affine.Alpha", unsafe.Offsetof(a.Alpha), 2*list + 2*operand},
		{"Affine.Beta", unsafe.Offsetof(a.Beta), 2*list + 2*operand + 8},
		{"Binary.D", unsafe.Offsetof(b.D), 0},
		{"Binary.A", unsafe.Offsetof(b.A), list},
		{"Binary.B", unsafe.Offsetof(b.B), list + operand},
		{"Choose.D", unsafe.Offsetof(c.D), 0},
		{"Choose.If", unsafe.Offsetof(c.If), list},
		{"Choose.A", unsafe.Offsetof(c.A), list + operand},
		{"Choose.B", unsafe.Offsetof(c.B), list + 2*operand},
		{"Unary.D", unsafe.Offsetof(u.D), 0},
		{"Unary.X", unsafe.Offsetof(u.X), list},
		{"Unary.Slope", unsafe.Offsetof(u.Slope), 2 * list},
		{"Reduce.X", unsafe.Offsetof(r.X), 0},
		{"Reduce.D", unsafe.Offsetof(r.D), list},
	} {
		assert.Equal(t, f.want, f.got, f.name)
	}
}
