package kernel

func affineGo[T Float](a *Affine, arena, uniform []T, n int) {
	n = Pad(n)
	for j, o := range a.D {
		d := column(arena, o, n)
		x := column(arena, a.A[j], n)[:len(d)]
		alpha, beta := T(a.Alpha), T(a.Beta)
		var y, z []T
		switch a.B.Kind {
		case Column:
			y = column(arena, a.B.At[j], n)[:len(d)]
		case Uniform:
			alpha *= uniform[a.B.At[j]]
		case Const:
			alpha *= T(a.B.Value)
		}
		switch a.C.Kind {
		case Column:
			z = column(arena, a.C.At[j], n)[:len(d)]
		case Uniform:
			beta *= uniform[a.C.At[j]]
		case Const:
			beta *= T(a.C.Value)
		}
		switch {
		case y == nil && a.C.Kind == None:
			for i := range d {
				d[i] = alpha * x[i]
			}
		case y == nil && z == nil:
			for i := range d {
				d[i] = T(alpha*x[i]) + beta
			}
		case y == nil:
			for i := range d {
				d[i] = T(alpha*x[i]) + T(beta*z[i])
			}
		case a.C.Kind == None:
			for i := range d {
				d[i] = alpha * x[i] * y[i]
			}
		case z == nil:
			for i := range d {
				d[i] = T(alpha*x[i]*y[i]) + beta
			}
		default:
			for i := range d {
				d[i] = T(alpha*x[i]*y[i]) + T(beta*z[i])
			}
		}
	}
}
