package engine

import (
	"fmt"
	"strings"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// opText writes an operation of the body with its formula.
func (p *Program) opText(o *op) string {
	to := fmt.Sprintf("S%d", o.leaf)
	if !o.isSum() {
		to = p.listText(p.refs[p.wholes[o.dst]])
	}
	if o.dst2 != noBuffer {
		to += ", " + p.listText(p.refs[p.wholes[o.dst2]])
	}
	return fmt.Sprintf("%-7v %-16s = %s", o.code, to, table[o.code].text(p, o))
}

func (p *Program) operandText(o operand) string {
	switch o.kind {
	case kernel.Const:
		return fmt.Sprint(p.numbers[o.id])
	case kernel.None:
		return "0"
	}
	return p.listText(p.refs[o.list()])
}

// listText writes references, runs of neighbours and of repetitions as ranges.
func (p *Program) listText(refs []ref) string {
	var parts []string
	for from := 0; from < len(refs); {
		to := from + 1
		step := int32(0)
		if to < len(refs) && refs[to].area == refs[from].area {
			step = refs[to].at - refs[from].at
		}
		for to < len(refs) && refs[to].area == refs[from].area && refs[to].at-refs[to-1].at == step &&
			(step == 0 || step == 1) {
			to++
		}
		parts = append(parts, p.rangeText(refs[from], refs[to-1], to-from))
		from = to
	}
	return strings.Join(parts, " ")
}

func (p *Program) rangeText(first, last ref, n int) string {
	var text string
	switch {
	case first.isNumber():
		text = fmt.Sprint(p.numbers[first.at])
	case first.isUniform():
		text = fmt.Sprintf("u%d[%d", matrixOf(first.area), first.at)
		if last != first {
			text += fmt.Sprintf(":%d", last.at+1)
		}
		text += "]"
	default:
		at := int(first.at)
		switch {
		case p.slots == nil: // still being compiled: the column of a buffer
			text = fmt.Sprintf("b%d.", first.area)
		case p.commonAt[first.area] >= 0:
			text, at = "@", at+p.commonAt[first.area]
		case p.fixed[first.area]:
			text, at = "$", at+p.slots[first.area]
		default:
			text, at = "%", at+p.slots[first.area]
		}
		text += fmt.Sprint(at)
		if last != first {
			text += fmt.Sprintf(":%d", at+n)
		}
	}
	if first == last && n > 1 {
		text += fmt.Sprintf("×%d", n)
	}
	return text
}

func (p *Program) viewText(v view) string {
	m := p.matrices[v.matrix]
	letter := "u"
	if m.sum {
		letter = "S"
	}
	text := fmt.Sprintf("%s%d", letter, v.matrix)
	if m.number {
		text = fmt.Sprint(m.data[0])
	}
	if v.rowStride == 1 && v.colStride > 1 {
		text += "ᵀ"
	}
	return fmt.Sprintf("%s(%d, %d)", text, v.rows, v.cols)
}

func (p *Program) uopText(u *uop) string {
	name := u.code.String()
	if u.code == uopMap {
		name = u.fn.String()
	}
	var in []string
	u.operands(func(v *view) { in = append(in, p.viewText(*v)) })
	return fmt.Sprintf("%-8s %s = %s", name, p.viewText(u.d), strings.Join(in, ", "))
}
