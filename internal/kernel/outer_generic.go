package kernel

func outerGo[T Float](a *Outer, arena, sums, scratch []T, rows int) {
	if a.wide() {
		outerWideGo(a, arena, sums[a.S:], scratch, rows)
		return
	}
	J := len(a.B)
	for i, p := range a.A {
		x := column(arena, p, rows)
		s := sums[a.S+i*J*Lanes:]
		j := 0
		for ; j+2 <= J; j += 2 {
			addDots(s[j*Lanes:], x, column(arena, a.B[j], rows), column(arena, a.B[j+1], rows))
		}
		if j < J {
			addDot(s[j*Lanes:], x, column(arena, a.B[j], rows))
		}
	}
}

// addDots adds x·y and x·z to the sums that begin at s and after it. The partial sums
// are four, as many as the processor adds without waiting: the others stay as they are.
func addDots[T Float](s, x, y, z []T) {
	var y0, y1, y2, y3, z0, z1, z2, z3 T
	y, z = y[:len(x)], z[:len(x)]
	for ; len(x) >= 4; x, y, z = x[4:], y[4:], z[4:] {
		u, v, w := (*[4]T)(x), (*[4]T)(y), (*[4]T)(z)
		y0 += u[0] * v[0]
		y1 += u[1] * v[1]
		y2 += u[2] * v[2]
		y3 += u[3] * v[3]
		z0 += u[0] * w[0]
		z1 += u[1] * w[1]
		z2 += u[2] * w[2]
		z3 += u[3] * w[3]
	}
	for i, u := range x {
		y0 += u * y[i]
		z0 += u * z[i]
	}
	addTo((*[4]T)(s), y0, y1, y2, y3)
	addTo((*[4]T)(s[Lanes:]), z0, z1, z2, z3)
}

// addDot is addDots of one.
func addDot[T Float](s, x, y []T) {
	var y0, y1, y2, y3 T
	y = y[:len(x)]
	for ; len(x) >= 4; x, y = x[4:], y[4:] {
		u, v := (*[4]T)(x), (*[4]T)(y)
		y0 += u[0] * v[0]
		y1 += u[1] * v[1]
		y2 += u[2] * v[2]
		y3 += u[3] * v[3]
	}
	for i, u := range x {
		y0 += u * y[i]
	}
	addTo((*[4]T)(s), y0, y1, y2, y3)
}

func addTo[T Float](s *[4]T, a, b, c, d T) {
	s[0] += a
	s[1] += b
	s[2] += c
	s[3] += d
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
