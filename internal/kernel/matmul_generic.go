package kernel

func matMulGo[T Float](a *MatMul, arena, uniform []T, n int) {
	n = Pad(n)
	numbers := a.Init.Kind != Column
	direct := numbers && a.Out.E.Kind == None && a.Out.C.Kind == None // then D is no operand, and sums may lie there
	var buf [block]T
	for lo := 0; lo < n; lo += block {
		tile, sum := arena[lo:], buf[:min(block, n-lo)]
		for j, d := range a.Out.D {
			if direct {
				sum = column(tile, d, len(sum))
			}
			if numbers {
				sumProducts(sum, a, j, tile, uniform, numberOf(&a.Init, j, uniform))
			} else {
				sumProducts(sum, a, j, tile, uniform, 0)
				add(sum, sum, column(tile, a.Init.At[j], len(sum)))
			}
			if !direct {
				storeProduct(&a.Out, sum, j, tile, uniform)
			}
			if a.Second.D != nil {
				storeProduct(&a.Second, sum, j, tile, uniform)
			}
		}
	}
}

// sumProducts writes (Σₖ X[k]·W[k,j]) + init, the terms in order. After as many as are left by eight, up to eight a pass
// load and store the sums less.
func sumProducts[T Float](sum []T, a *MatMul, j int, tile, uniform []T, init T) {
	w, wk, x := a.W+j*a.WJ, a.WK, a.X
	if a.Packed {
		w = a.W + PackedAt(0, j, len(x), len(a.Out.D))
		wk = PackedAt(1, j, len(x), len(a.Out.D)) + a.W - w
	}
	init += 0 // a sum starts at 0: where all terms are -0 it is 0, and so it is with an init of -0
	first := firstTerms(len(x))
	var weights [8]T
	w = gather(weights[:first], uniform, w, wk)
	if first == len(x) {
		startTerms(sum, x, &weights, tile, init)
		return
	}
	startTerms(sum, x[:first], &weights, tile, 0)
	for x = x[first:]; len(x)%8 > 0; x = x[1:] {
		w = gather(weights[:1], uniform, w, wk)
		addTerm(sum, column(tile, x[0], len(sum)), weights[0])
	}
	for ; len(x) > 0; x = x[8:] {
		w = gather(weights[:], uniform, w, wk)
		addTerms(sum, (*[8]int32)(x), &weights, tile)
	}
	for i := range sum {
		sum[i] += init
	}
}

// firstTerms is how many of k terms startTerms begins with, so that the fewest are left to be added one by one.
func firstTerms(k int) int {
	switch rest := k % 8; {
	case k == 0:
		return 0
	case rest == 0:
		return 8
	case rest >= 4:
		return 4
	case rest >= 2:
		return 2
	}
	return 1
}

// gather copies the weights at w, w+wk, ... and returns where the next one is.
func gather[T Float](weights, uniform []T, w, wk int) int {
	for k := range weights {
		weights[k] = uniform[w]
		w += wk
	}
	return w
}

// startTerms writes a sum of 0, 1, 2, 4 or 8 terms and init.
func startTerms[T Float](sum []T, x []int32, w *[8]T, tile []T, init T) {
	n := len(sum)
	switch len(x) {
	case 0:
		fill(sum, init)
	case 1:
		w0, x0 := w[0], tile[x[0]:][:n]
		for i := range sum {
			sum[i] = T(w0*x0[i]) + init
		}
	case 2:
		w0, w1, x0, x1 := w[0], w[1], tile[x[0]:][:n], tile[x[1]:][:n]
		for i := range sum {
			sum[i] = T(w0*x0[i]) + w1*x1[i] + init
		}
	case 4:
		w0, w1, w2, w3 := w[0], w[1], w[2], w[3]
		x0, x1, x2, x3 := tile[x[0]:][:n], tile[x[1]:][:n], tile[x[2]:][:n], tile[x[3]:][:n]
		for i := range sum {
			sum[i] = T(w0*x0[i]) + w1*x1[i] + w2*x2[i] + w3*x3[i] + init
		}
	case 8:
		x0, x1, x2, x3 := tile[x[0]:][:n], tile[x[1]:][:n], tile[x[2]:][:n], tile[x[3]:][:n]
		x4, x5, x6, x7 := tile[x[4]:][:n], tile[x[5]:][:n], tile[x[6]:][:n], tile[x[7]:][:n]
		w0, w1, w2, w3, w4, w5, w6, w7 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
		for i := range sum {
			s := T(w0*x0[i]) + w1*x1[i] + w2*x2[i] + w3*x3[i]
			sum[i] = s + w4*x4[i] + w5*x5[i] + w6*x6[i] + w7*x7[i] + init
		}
	}
}

// addTerms adds eight terms to a sum.
func addTerms[T Float](sum []T, x *[8]int32, w *[8]T, tile []T) {
	n := len(sum)
	x0, x1, x2, x3 := tile[x[0]:][:n], tile[x[1]:][:n], tile[x[2]:][:n], tile[x[3]:][:n]
	x4, x5, x6, x7 := tile[x[4]:][:n], tile[x[5]:][:n], tile[x[6]:][:n], tile[x[7]:][:n]
	w0, w1, w2, w3, w4, w5, w6, w7 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
	for i := range sum {
		s := sum[i] + w0*x0[i] + w1*x1[i] + w2*x2[i] + w3*x3[i]
		sum[i] = s + w4*x4[i] + w5*x5[i] + w6*x6[i] + w7*x7[i]
	}
}

// addTerm adds one term to a sum.
func addTerm[T Float](sum, x []T, w T) {
	x = x[:len(sum)]
	for i := range sum {
		sum[i] += w * x[i]
	}
}

// storeProduct writes D[j] = sum·E[j] + C[j].
func storeProduct[T Float](p *Product, sum []T, j int, tile, uniform []T) {
	n := len(sum)
	d := column(tile, p.D[j], n)
	var c []T
	if p.C.Kind == Column {
		c = column(tile, p.C.At[j], n)
	}
	switch {
	case p.E.Kind == Column && c != nil:
		mulAdd(d, sum, column(tile, p.E.At[j], n), c)
	case p.E.Kind == Column:
		mul(d, sum, column(tile, p.E.At[j], n))
	case p.E.Kind == Uniform && c != nil:
		e := uniform[p.E.At[j]]
		for i := range d {
			d[i] = T(sum[i]*e) + c[i]
		}
	case c != nil:
		add(d, sum, c)
	default:
		copy(d, sum)
		if p.E.Kind == Uniform {
			e := uniform[p.E.At[j]]
			for i := range d {
				d[i] *= e
			}
		}
		if p.C.Kind == Uniform {
			c := uniform[p.C.At[j]]
			for i := range d {
				d[i] += c
			}
		}
	}
}
