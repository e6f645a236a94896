package kernel

func rowSumGo[T Float](a *RowSum, arena, sums []T, rows int) {
	for j, o := range a.X {
		sums[a.S+j*Lanes] += total(column(arena, o, rows))
	}
}

// total is the sum of x, eight rows at a time, so that the first of the partial sums is enough.
func total[T Float](x []T) (s T) {
	i := 0
	for ; i < len(x)-7; i += 8 {
		s += ((x[i] + x[i+1]) + (x[i+2] + x[i+3])) + ((x[i+4] + x[i+5]) + (x[i+6] + x[i+7]))
	}
	for ; i < len(x); i++ {
		s += x[i]
	}
	return s
}

func foldGo[T Float](dst, sums []T) {
	for j := range dst {
		dst[j] = fold((*[Lanes]T)(sums[j*Lanes:]))
	}
}

func fold[T Float](s *[Lanes]T) T {
	a, b := (s[0]+s[8])+(s[4]+s[12]), (s[2]+s[10])+(s[6]+s[14])
	c, d := (s[1]+s[9])+(s[5]+s[13]), (s[3]+s[11])+(s[7]+s[15])
	return (a + b) + (c + d)
}
