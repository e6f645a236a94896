package kernel

// Load brings rows into a tile: lane r of column cols[c] is src[r·stride + c] for
// the first n rows of src. The lanes up to Pad(n) repeat the last row, so that what
// is computed in them is as harmless as the rows themselves. n is at least 1.
func Load[T Float](arena []T, cols []int32, src []T, stride, n int) {
	for c, o := range cols {
		d := column(arena, o, Pad(n))
		for r := range n {
			d[r] = src[r*stride+c]
		}
		for r := n; r < len(d); r++ {
			d[r] = d[n-1]
		}
	}
}

// Store brings the first n lanes of a tile's columns into rows:
// dst[r·stride + c] is lane r of column cols[c].
func Store[T Float](dst []T, stride int, arena []T, cols []int32, n int) {
	for c, o := range cols {
		for r, v := range column(arena, o, n) {
			dst[r*stride+c] = v
		}
	}
}
