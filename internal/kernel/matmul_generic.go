package kernel

func matMulGo[T Float](a *MatMul, arena, uniform []T, n int) {
	n = Pad(n)
	var sums, buf [block]T
	for lo := 0; lo < n; lo += block {
		acc, tile := sums[:min(block, n-lo)], arena[lo:]
		for j := range a.Out.D {
			clear(acc)
			addProducts(acc, a, j, tile, uniform)
			if a.Init.Kind != None {
				for i, v := range lanes(&a.Init, j, tile, uniform, 0, len(acc), &buf) {
					acc[i] += v
				}
			}
			storeProduct(&a.Out, acc, j, tile)
			if a.Second.D != nil {
				storeProduct(&a.Second, acc, j, tile)
			}
		}
	}
}

// addProducts adds Σₖ X[k]·W[k,j], four terms a pass to load and store acc less.
func addProducts[T Float](acc []T, a *MatMul, j int, tile, uniform []T) {
	n, w, wk, x := len(acc), a.W+j*a.WJ, a.WK, a.X
	if a.Packed {
		w = a.W + PackedAt(0, j, len(x), len(a.Out.D))
		wk = PackedAt(1, j, len(x), len(a.Out.D)) + a.W - w
	}
	for ; len(x) >= 4; x = x[4:] {
		w0, w1, w2, w3 := uniform[w], uniform[w+wk], uniform[w+2*wk], uniform[w+3*wk]
		x0, x1 := column(tile, x[0], n)[:len(acc)], column(tile, x[1], n)[:len(acc)]
		x2, x3 := column(tile, x[2], n)[:len(acc)], column(tile, x[3], n)[:len(acc)]
		for i := range acc {
			acc[i] += (w0*x0[i] + w1*x1[i]) + (w2*x2[i] + w3*x3[i])
		}
		w += 4 * wk
	}
	if len(x) >= 2 {
		w0, w1 := uniform[w], uniform[w+wk]
		x0, x1 := column(tile, x[0], n)[:len(acc)], column(tile, x[1], n)[:len(acc)]
		for i := range acc {
			acc[i] += w0*x0[i] + w1*x1[i]
		}
		w += 2 * wk
		x = x[2:]
	}
	if len(x) == 1 {
		wk, xk := uniform[w], column(tile, x[0], n)[:len(acc)]
		for i := range acc {
			acc[i] += wk * xk[i]
		}
	}
}

// storeProduct writes D[j] = acc·E[j] + C[j].
func storeProduct[T Float](p *Product, acc []T, j int, tile []T) {
	d := column(tile, p.D[j], len(acc))
	var e, c []T
	if p.E != nil {
		e = column(tile, p.E[j], len(acc))[:len(acc)]
	}
	if p.C != nil {
		c = column(tile, p.C[j], len(acc))[:len(acc)]
	}
	d = d[:len(acc)]
	switch {
	case e == nil && c == nil:
		copy(d, acc)
	case c == nil:
		for i := range acc {
			d[i] = acc[i] * e[i]
		}
	case e == nil:
		for i := range acc {
			d[i] = acc[i] + c[i]
		}
	default:
		for i := range acc {
			d[i] = T(acc[i]*e[i]) + c[i]
		}
	}
}
