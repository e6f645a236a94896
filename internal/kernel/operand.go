package kernel

import "fmt"

// Kind says where an [Operand] is found. It has the width the assembly reads.
type Kind uint64

const (
	None    Kind = iota // no operand: the term it belongs to is left out
	Column              // per row: At[j] is the arena offset of a column
	Uniform             // one number for all rows: At[j] is its offset in the uniform area
	Const               // Value, for all rows and columns
)

// Operand is what an operation reads for output column j. The zero Operand is None.
type Operand struct {
	At    []int32 // one offset per output column, for Column and Uniform
	Value float64 // for Const
	Kind  Kind
}

// Constant is the same number everywhere.
func Constant(v float64) Operand { return Operand{Kind: Const, Value: v} }

// block is the number of lanes a plain Go kernel works on at a time where it needs
// room on the stack.
const block = 8 * Lanes

// lanes gives n lanes (at most block) of operand column j from lane lo on, either
// where they lie or, for numbers, repeated in buf.
func lanes[T Float](o *Operand, j int, arena, uniform []T, lo, n int, buf *[block]T) []T {
	if o.Kind == Column {
		return column(arena, o.At[j]+int32(lo), n)
	}
	fill(buf[:n], numberOf(o, j, uniform))
	return buf[:n]
}

// numberOf is operand column j where it is the same for all rows, 0 where there is none.
func numberOf[T Float](o *Operand, j int, uniform []T) T {
	switch o.Kind {
	case Uniform:
		return uniform[o.At[j]]
	case Const:
		return T(o.Value)
	}
	return 0
}

func fill[T Float](d []T, v T) {
	for i := range d {
		d[i] = v
	}
}

// Room is the number of elements of each area that a descriptor addresses, and the number of lanes that it is run over.
type Room struct{ Arena, Uniform, Sums, Scratch, Lanes int }

// Descriptor is what a kernel is given: [MatMul], [Affine], [Binary], ...
type Descriptor interface{ Check(Room) error }

// bounds checks a descriptor against a room.
type bounds struct {
	op             string
	arena, uniform int
	n              int // lanes, padded
	err            error
}

func newBounds(op string, r Room) *bounds {
	b := &bounds{op: op, arena: r.Arena, uniform: r.Uniform, n: Pad(r.Lanes)}
	if r.Lanes < 0 {
		b.fail("%d lanes", r.Lanes)
	}
	return b
}

func (b *bounds) fail(format string, a ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("kernel: "+b.op+": "+format, a...)
	}
}

// columns checks a list of want columns.
func (b *bounds) columns(name string, at []int32, want int) {
	if len(at) != want {
		b.fail("%s has %d columns, want %d", name, len(at), want)
	}
	for j, o := range at {
		if o < 0 || int(o)+b.n > b.arena {
			b.fail("%s[%d] at %d with %d lanes leaves the arena of %d", name, j, o, b.n, b.arena)
		}
	}
}

// optional checks a list that may be nil.
func (b *bounds) optional(name string, at []int32, want int) {
	if at != nil {
		b.columns(name, at, want)
	}
}

// number checks an offset in the uniform area.
func (b *bounds) number(name string, at int) {
	if at < 0 || at >= b.uniform {
		b.fail("%s at %d leaves the uniform area of %d", name, at, b.uniform)
	}
}

// operand checks an operand of want columns, and that it is there where that is required.
func (b *bounds) operand(name string, o *Operand, want int, required bool) {
	switch o.Kind {
	case None:
		if required {
			b.fail("%s is missing", name)
		}
	case Column:
		b.columns(name, o.At, want)
	case Uniform:
		if len(o.At) != want {
			b.fail("%s has %d numbers, want %d", name, len(o.At), want)
		}
		for _, u := range o.At {
			b.number(name, int(u))
		}
	case Const:
	default:
		b.fail("%s is of unknown kind %d", name, o.Kind)
	}
}
