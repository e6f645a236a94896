package kernel

func outerGo[T Float](a *Outer, arena, sums, scratch []T, rows int) {
	if a.wide() {
		outerWideGo(a, arena, sums[a.S:], scratch, rows)
		return
	}
	I, J := len(a.A), len(a.B)
	i := 0
	for ; i < I-1; i += 2 {
		p, q := column(arena, a.A[i], rows), column(arena, a.A[i+1], rows)
		s, t := sums[a.S+i*J*Lanes:], sums[a.S+(i+1)*J*Lanes:]
		j := 0
		for ; j < J-1; j += 2 {
			at := j * Lanes
			y, z := column(arena, a.B[j], rows), column(arena, a.B[j+1], rows)
			addDots(&s[at], &s[at+Lanes], &t[at], &t[at+Lanes], p, q, y, z)
		}
		if j < J {
			y := column(arena, a.B[j], rows)
			s[j*Lanes] += dot(p, y)
			t[j*Lanes] += dot(q, y)
		}
	}
	if i < I {
		p := column(arena, a.A[i], rows)
		for j, o := range a.B {
			sums[a.S+(i*J+j)*Lanes] += dot(p, column(arena, o, rows))
		}
	}
}

// addDots adds the four products of p and q with y and z, as dot has them, to sums.
func addDots[T Float](py, pz, qy, qz *T, p, q, y, z []T) {
	var s, t, u, v T
	q, y, z = q[:len(p)], y[:len(p)], z[:len(p)]
	i := 0
	for ; i < len(p)-3; i += 4 {
		s += (p[i]*y[i] + p[i+1]*y[i+1]) + (p[i+2]*y[i+2] + p[i+3]*y[i+3])
		t += (p[i]*z[i] + p[i+1]*z[i+1]) + (p[i+2]*z[i+2] + p[i+3]*z[i+3])
		u += (q[i]*y[i] + q[i+1]*y[i+1]) + (q[i+2]*y[i+2] + q[i+3]*y[i+3])
		v += (q[i]*z[i] + q[i+1]*z[i+1]) + (q[i+2]*z[i+2] + q[i+3]*z[i+3])
	}
	for ; i < len(p); i++ {
		s += p[i] * y[i]
		t += p[i] * z[i]
		u += q[i] * y[i]
		v += q[i] * z[i]
	}
	*py += s
	*pz += t
	*qy += u
	*qz += v
}

// dot is Σ over rows of p·y, four rows at a time, so that the first of the partial sums is enough.
func dot[T Float](p, y []T) (s T) {
	y = y[:len(p)]
	i := 0
	for ; i < len(p)-3; i += 4 {
		s += (p[i]*y[i] + p[i+1]*y[i+1]) + (p[i+2]*y[i+2] + p[i+3]*y[i+3])
	}
	for ; i < len(p); i++ {
		s += p[i] * y[i]
	}
	return s
}

// outerWideGo adds, strip by strip and four rows at a time, multiples of the rows of one side to a row of sums for each
// column of the other.
func outerWideGo[T Float](a *Outer, arena, sums, scratch []T, rows int) {
	side, others := a.sides()
	for c := 0; c < Pad(len(side)); c += strip {
		width := stripWidth(c, len(side))
		transposeGo(scratch, width, side[c:], arena, rows)
		for _, o := range others {
			s := sums[:width:width]
			sums = sums[width:]
			v, x := column(arena, o, rows), scratch
			for ; len(v) >= 4; v, x = v[4:], x[4*width:] {
				v0, v1, v2, v3 := v[0], v[1], v[2], v[3]
				x0, x1, x2, x3 := x[:len(s)], x[width:][:len(s)], x[2*width:][:len(s)], x[3*width:][:len(s)]
				for l := range s {
					s[l] += (v0*x0[l] + v1*x1[l]) + (v2*x2[l] + v3*x3[l])
				}
			}
			for r, v := range v {
				x := x[r*width:][:len(s)]
				for l := range s {
					s[l] += v * x[l]
				}
			}
		}
	}
}

// transposeGo writes rows of width elements, dst[r·width + c] = cols[c] of row r; the
// elements beyond the columns repeat the last one.
func transposeGo[T Float](dst []T, width int, cols []int32, arena []T, rows int) {
	for c := range width {
		for r, v := range column(arena, cols[min(c, len(cols)-1)], rows) {
			dst[r*width+c] = v
		}
	}
}
