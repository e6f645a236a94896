package kernel

func rowSumGo[T Float](a *RowSum, arena, sums []T, rows int) {
	for j, o := range a.X {
		s := (*[Lanes]T)(sums[a.S+j*Lanes:])
		x := column(arena, o, rows)
		for ; len(x) >= Lanes; x = x[Lanes:] {
			v := (*[Lanes]T)(x)
			for l := range s {
				s[l] += v[l]
			}
		}
		for l := range x {
			s[l] += x[l]
		}
	}
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
