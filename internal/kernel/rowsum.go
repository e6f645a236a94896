package kernel

// RowSum adds columns over rows: S[j] += Σ over rows of X[j].
//
// Each sum is kept in [Lanes] partial sums at S + j·Lanes of the sums area; [Set.Fold]
// makes numbers of them. Partial sum l holds rows l, l+16, l+32, ...; plain Go adds four
// or eight rows at a time to the first.
type RowSum struct {
	X []int32
	S int // offset in the sums area
}

// Size is the number of elements of the sums area used, from S on.
func (a *RowSum) Size() int { return len(a.X) * Lanes }

// Check returns an error unless the operation stays within a room.
func (a *RowSum) Check(r Room) error {
	b := newBounds("RowSum", r)
	b.columns("X", a.X, len(a.X))
	if a.S < 0 || a.S+a.Size() > r.Sums {
		b.fail("sums %d to %d leave the area of %d", a.S, a.S+a.Size(), r.Sums)
	}
	return b.err
}
