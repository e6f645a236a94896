package kernel

import "fmt"

// ReduceOp is a way to make one column of many.
type ReduceOp uint8

const (
	SumOf ReduceOp = iota // added in order of the list
	MaxOf                 // the largest; NaN if any is
	reduceOps
)

// String is the lower-case name.
func (o ReduceOp) String() string {
	names := [...]string{"sum", "max"}
	if int(o) < len(names) {
		return names[o]
	}
	return fmt.Sprintf("ReduceOp(%d)", uint8(o))
}

// Reduce is D = X[0] ∘ X[1] ∘ ..., from left to right and row by row. X has at
// least one column. D may be X[0].
type Reduce struct {
	X  []int32
	D  int32
	Op ReduceOp
}

// Check returns an error unless the operation stays within a room.
func (a *Reduce) Check(r Room) error {
	b := newBounds("Reduce "+a.Op.String(), r)
	if a.Op >= reduceOps {
		b.fail("unknown operation")
	}
	if len(a.X) == 0 {
		b.fail("no columns")
	}
	b.columns("X", a.X, len(a.X))
	b.columns("D", []int32{a.D}, 1)
	return b.err
}

func reduceGo[T Float](a *Reduce, arena []T, n int) {
	n = Pad(n)
	d := column(arena, a.D, n)
	copy(d, column(arena, a.X[0], n))
	for _, o := range a.X[1:] {
		x := column(arena, o, n)[:len(d)]
		switch a.Op {
		case SumOf:
			for i := range d {
				d[i] += x[i]
			}
		case MaxOf:
			for i := range d {
				d[i] = max(d[i], x[i])
			}
		}
	}
}
