package kernel

// MatMul is the product of per-row columns and a uniform matrix,
//
//	aⱼ = (Σₖ X[k]·W[k,j]) + initⱼ,  D[j] = aⱼ·E[j] + C[j],
//
// with K = len(X) and J = len(Out.D). W[k,j] is the uniform number at W + k·WK + j·WJ: a row-major (K, J) matrix has
// WK = J, WJ = 1; its transpose, of a row-major (J, K) matrix, WK = 1, WJ = K; blocks of a larger matrix have its
// strides. A Packed one is read in the order in which it lies there; see [PackedAt].
//
// Init is added to the sum: None is nothing, Uniform a bias, Column a per-row value (D itself to accumulate). Second,
// if it has columns, is another result of the same sum with its own E and C; it is computed after Out is written. What
// comes last, Second or an Out alone, may have numbers (Uniform) for E, and for C where E is no column.
//
// A column of D may also be read as Init, E or C of the same j and result, and as nothing else of this operation.
//
// The sum starts at 0 and runs over k in order, fused multiply-add by multiply-add. Plain Go goes in the same order, but
// rounds each product unless the compiler fuses it, as that of arm64 does, so that the two differ by the rounding of a
// sum of K terms: |difference| ≤ 2·(K+2)·u·Σₖ|X[k]·W[k,j]|, u the unit roundoff. Init, E and C then are steps of their
// own, each rounded.
type MatMul struct {
	X           []int32 // K columns
	W, WK, WJ   int     // first element and strides, in the uniform area
	Init        Operand // J columns
	Out, Second Product
	Packed      bool // W is packed; WK and WJ are of no meaning
}

// Panel is the number of columns of a panel of a packed matrix.
const Panel = 6

// PackedAt is where element (k, j) of a packed matrix of K rows and J columns is. Panels of [Panel] columns, the last
// of what is left, follow one another, each row-major: the weights that a kernel wants for its columns of the result
// are next to each other, and those of the next k follow.
func PackedAt(k, j, K, J int) int {
	from := j / Panel * Panel
	return from*K + k*min(Panel, J-from) + j - from
}

// Product is one result of a [MatMul]: D[j] = aⱼ·E[j] + C[j]. An E of None is one, a C of None is zero.
type Product struct {
	D    []int32 // J columns
	E, C Operand // Column or Uniform of J, or None
}

// Check returns an error unless the operation stays within a room.
func (a *MatMul) Check(r Room) error {
	b := newBounds("MatMul", r)
	k, j := len(a.X), len(a.Out.D)
	b.columns("X", a.X, k)
	switch {
	case a.Packed:
		b.number("W", a.W)
		b.number("W", a.W+k*j-1)
	case k > 0 && j > 0:
		for _, c := range [][2]int{{0, 0}, {k - 1, 0}, {0, j - 1}, {k - 1, j - 1}} {
			b.number("W", a.W+c[0]*a.WK+c[1]*a.WJ)
		}
	}
	b.operand("Init", &a.Init, j, false)
	b.columns("Out.D", a.Out.D, j)
	b.product("Out", &a.Out, j, a.Second.D == nil)
	b.optional("Second.D", a.Second.D, j)
	b.product("Second", &a.Second, j, true)
	return b.err
}

// product checks the operands of a result, which may be numbers where it comes last.
func (b *bounds) product(name string, p *Product, j int, last bool) {
	b.operand(name+".E", &p.E, j, false)
	b.operand(name+".C", &p.C, j, false)
	switch {
	case p.E.Kind == Const || p.C.Kind == Const:
		b.fail("%s has a constant", name)
	case !last && (p.E.Kind == Uniform || p.C.Kind == Uniform):
		b.fail("%s has numbers and does not come last", name)
	case p.E.Kind == Column && p.C.Kind == Uniform:
		b.fail("%s adds numbers to a product with columns", name)
	}
}
