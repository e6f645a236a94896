package kernel

func affineGo[T Float](a *Affine, arena, uniform []T, n int) {
	n = Pad(n)
	for j, o := range a.D {
		d := column(arena, o, n)
		x := column(arena, a.A[j], n)[:len(d)]
		alpha, beta := T(a.Alpha), T(a.Beta)
		var y, z []T
		switch a.B.Kind {
		case None:
		case Column:
			y = column(arena, a.B.At[j], n)[:len(d)]
		default:
			alpha *= numberOf(&a.B, j, uniform)
		}
		switch a.C.Kind {
		case None:
		case Column:
			z = column(arena, a.C.At[j], n)[:len(d)]
		default:
			beta *= numberOf(&a.C, j, uniform)
		}
		switch {
		case a.C.Kind == None && y == nil:
			scale(d, x, alpha)
		case a.C.Kind == None && alpha == 1:
			mul(d, x, y)
		case a.C.Kind == None:
			scaleMul(d, x, y, alpha)
		case z == nil && y == nil:
			for i := range d {
				d[i] = T(alpha*x[i]) + beta
			}
		case z == nil:
			for i := range d {
				d[i] = T(alpha*x[i]*y[i]) + beta
			}
		case y == nil && alpha == 1 && beta == 1:
			add(d, x, z)
		case y == nil && beta == 1:
			scaleAdd(d, x, z, alpha)
		case y == nil:
			for i := range d {
				d[i] = T(alpha*x[i]) + T(beta*z[i])
			}
		case alpha == 1 && beta == 1:
			mulAdd(d, x, y, z)
		default:
			for i := range d {
				d[i] = T(alpha*x[i]*y[i]) + T(beta*z[i])
			}
		}
	}
}
