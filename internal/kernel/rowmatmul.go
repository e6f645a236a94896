package kernel

// RowMatMul is [MatMul] of a single row whose columns lie one after the other: what is a lane there is a column here, so
// that a vector has as many columns of the result as there a column has rows.
//
//	aⱼ = (Σₖ X[k]·W[k,j]) + initⱼ,  D[j] = aⱼ·E[j] + C[j],  0 ≤ j < J.
//
// W[k,j] is the uniform number at W + k·WK + j. D, E, C and Init are the places of the first of J numbers; Init has one
// in At. Every step rounds as in MatMul, whose bits these are. Beyond the J numbers of an operand up to 15 more are
// read, and beyond those of a result written, in the arena and at the end of the uniform area.
//
// A result may be at the place of its own E or C, of the first also at that of Init.
type RowMatMul struct {
	X           []int32
	W, WK, J    int
	Init        Operand
	Out, Second RowProduct
}

// RowProduct is one result of a [RowMatMul]: places in the arena, [Nowhere] for an E of ones, a C of zeros, and the D of
// no result at all.
type RowProduct struct{ D, E, C int }

// Nowhere is where nothing is.
const Nowhere = -1

// Check returns an error unless the operation stays within a room.
func (a *RowMatMul) Check(r Room) error {
	b := newBounds("RowMatMul", r)
	for _, o := range a.X {
		b.part("X", int(o), 1, r.Arena)
	}
	wide := Pad(a.J)
	if len(a.X) > 0 {
		b.part("W", a.W, wide, r.Uniform)
		b.part("W", a.W+(len(a.X)-1)*a.WK, wide, r.Uniform)
	}
	switch a.Init.Kind {
	case Column:
		b.part("Init", int(a.Init.At[0]), wide, r.Arena)
	case Uniform:
		b.part("Init", int(a.Init.At[0]), wide, r.Uniform)
	}
	b.part("Out.D", a.Out.D, wide, r.Arena)
	for _, at := range []int{a.Out.E, a.Out.C, a.Second.D, a.Second.E, a.Second.C} {
		if at != Nowhere {
			b.part("a result or its operand", at, wide, r.Arena)
		}
	}
	return b.err
}

// part checks that n numbers from a place on are in an area of so many.
func (b *bounds) part(name string, at, n, size int) {
	if at < 0 || at+n > size {
		b.fail("%s at %d with %d numbers leaves an area of %d", name, at, n, size)
	}
}

// rowMatMulGo does four columns at a time, also those beyond J.
func rowMatMulGo[T Float](a *RowMatMul, arena, uniform []T) {
	for j := 0; j < a.J; j += 4 {
		var s0, s1, s2, s3 T
		at := a.W + j
		for _, o := range a.X {
			x, w := arena[o], (*[4]T)(uniform[at:])
			s0 += x * w[0]
			s1 += x * w[1]
			s2 += x * w[2]
			s3 += x * w[3]
			at += a.WK
		}
		sums := [4]T{s0, s1, s2, s3}
		switch a.Init.Kind {
		case Column:
			add(sums[:], sums[:], arena[int(a.Init.At[0])+j:])
		case Uniform:
			add(sums[:], sums[:], uniform[int(a.Init.At[0])+j:])
		case Const:
			for c := range sums {
				sums[c] += T(a.Init.Value)
			}
		}
		putRow(&a.Out, sums, j, arena)
		if a.Second.D != Nowhere {
			putRow(&a.Second, sums, j, arena)
		}
	}
}

// putRow writes D[j] = sum·E[j] + C[j] of four columns from j on.
func putRow[T Float](p *RowProduct, sums [4]T, j int, arena []T) {
	if p.E != Nowhere {
		for c, e := range (*[4]T)(arena[p.E+j:]) {
			sums[c] *= e
		}
	}
	if p.C != Nowhere {
		for c, v := range (*[4]T)(arena[p.C+j:]) {
			sums[c] += v
		}
	}
	copy(arena[p.D+j:][:4], sums[:])
}
