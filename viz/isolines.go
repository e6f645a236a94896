package viz

// isolines returns the lines on which values at the centres of nx × ny cells are the level, by marching squares (the
// marching cubes of Lorensen & Cline 1987 in two dimensions), as pieces (x₀, y₀, x₁, y₁) in units of cells. In a saddle, a
// square with one pair of opposite corners above the level and the other below, two pieces cut off the low corners.
func isolines(values []float64, nx, ny int, level float64) (pieces [][]float64) {
	for j := range ny - 1 {
		for i := range nx - 1 {
			// The corners, around the square, and the crossings of the edges between each and the next.
			v := [4]float64{values[j*nx+i], values[j*nx+i+1], values[(j+1)*nx+i+1], values[(j+1)*nx+i]}
			x := [4]float64{float64(i), float64(i + 1), float64(i + 1), float64(i)}
			y := [4]float64{float64(j), float64(j), float64(j + 1), float64(j + 1)}
			var cross []float64
			for e := range 4 {
				n := (e + 1) % 4
				if (v[e] > level) == (v[n] > level) {
					continue
				}
				t := (level - v[e]) / (v[n] - v[e])
				cross = append(cross, x[e]+t*(x[n]-x[e]), y[e]+t*(y[n]-y[e]))
			}
			switch {
			case len(cross) == 4:
				pieces = append(pieces, cross)
			case len(cross) == 8 && v[0] > level: // cut off corners 1 and 3
				pieces = append(pieces, cross[0:4:4], cross[4:8])
			case len(cross) == 8: // cut off corners 0 and 2
				pieces = append(pieces, cross[2:6:6], []float64{cross[6], cross[7], cross[0], cross[1]})
			}
		}
	}
	return pieces
}
