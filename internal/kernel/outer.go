package kernel

// Outer adds outer products over rows: S[i,j] += Σ over rows of A[i]·B[j], the
// gradient of a weight matrix, for a whole layer at once.
//
// The sums area holds the sums in one of two forms, chosen by the widths alone. Narrow: [Lanes] partial sums for each
// (i, j), as in [RowSum]. Wide, where one side has at least [Lanes] columns and the other enough to pay for
// transposing it: one number for each (i, j), the rows added one after another. One side's columns are cut into strips
// of [strip], the last padded, and a strip holds its sums for each column of the other side in turn. [Set.FoldOuter]
// turns either form into a row-major matrix.
type Outer struct {
	A, B []int32
	S    int // offset in the sums area
}

// worthwhile is the number of columns on the other side from which on transposing a
// side costs less than loading and storing partial sums.
const worthwhile = 8

// strip is the number of columns that are transposed at a time. 64 rows of it take a third of the first-level cache and
// stay there while all columns of the other side pass by.
const strip = 64

// stripWidth is the padded width of the strip that begins at column c of n.
func stripWidth(c, n int) int { return min(strip, Pad(n)-c) }

// wide reports whether the sums have the wide form.
func (a *Outer) wide() bool {
	i, j := len(a.A), len(a.B)
	return max(i, j) >= Lanes && min(i, j) >= worthwhile
}

// lanesB reports, for the wide form, whether the lanes of the sums are columns of B, not
// of A: where that wastes less by padding, or else transposes less.
func (a *Outer) lanesB() bool {
	i, j := len(a.A), len(a.B)
	byA, byB := Pad(i)*j, i*Pad(j)
	return byB < byA || j <= i && byB-byA <= byA/64
}

// sides gives the columns that become lanes and the others.
func (a *Outer) sides() (lanes, others []int32) {
	if a.lanesB() {
		return a.B, a.A
	}
	return a.A, a.B
}

// Size is the number of elements of the sums area used, from S on.
func (a *Outer) Size() int {
	if !a.wide() {
		return len(a.A) * len(a.B) * Lanes
	}
	l, o := a.sides()
	return Pad(len(l)) * len(o)
}

// Scratch is the number of elements of scratch that n rows take.
func (a *Outer) Scratch(n int) int {
	if !a.wide() {
		return 0
	}
	l, _ := a.sides()
	return stripWidth(0, len(l)) * Pad(n)
}

// Check returns an error unless the operation stays within a room.
func (a *Outer) Check(r Room) error {
	b := newBounds("Outer", r)
	b.columns("A", a.A, len(a.A))
	b.columns("B", a.B, len(a.B))
	if a.S < 0 || a.S+a.Size() > r.Sums {
		b.fail("sums %d to %d leave the area of %d", a.S, a.S+a.Size(), r.Sums)
	}
	if want := a.Scratch(r.Lanes); want > r.Scratch {
		b.fail("scratch of %d, want %d", r.Scratch, want)
	}
	return b.err
}

// FoldOuter writes the sums as a row-major matrix: dst[i·J + j] = S[i,j].
func (k *Set[T]) FoldOuter(a *Outer, dst, sums []T) {
	s := sums[a.S : a.S+a.Size()]
	I, J := len(a.A), len(a.B)
	switch {
	case !a.wide():
		k.Fold(dst[:I*J], s)
	case a.lanesB():
		for c := 0; c < J; c += strip {
			width := stripWidth(c, J)
			for i := range I {
				copy(dst[i*J+c:(i+1)*J], s[:width])
				s = s[width:]
			}
		}
	default:
		for c := 0; c < I; c += strip {
			width := stripWidth(c, I)
			for i := range min(width, I-c) {
				row := dst[(c+i)*J:][:J]
				for j := range row {
					row[j] = s[j*width+i]
				}
			}
			s = s[J*width:]
		}
	}
}
