package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetsAgree(t *testing.T) {
	t.Run("float32", testSetsAgree[float32])
	t.Run("float64", testSetsAgree[float64])
}

// testSetsAgree runs every operation with every number of lanes in every set: what it does not name stays as it was,
// the sets agree with plain Go within rounding, and those that fuse agree with each other to the bit.
func testSetsAgree[T Float](t *testing.T) {
	all := sets[T](t)
	for n := range 131 {
		if testing.Short() && n > 18 && n%16 > 1 && n%16 < 15 {
			continue // in the middle of a vector, as others before
		}
		for _, o := range operations[T](1, n) {
			base := o.world
			require.NoError(t, o.check(base.room()), o.name)
			var ref, fused *world[T]
			for _, s := range all {
				w := base.clone()
				o.run(s, w)
				requireUntouched(t, base, w, o, s.ISA)
				if ref == nil {
					ref = w
					continue
				}
				requireClose(t, ref, w, o, s.ISA)
				if fused == nil {
					fused = w
				} else {
					requireSame(t, fused, w, o)
				}
			}
		}
	}
}

func requireUntouched[T Float](t *testing.T, before, after *world[T], o operation[T], isa ISA) {
	t.Helper()
	named := make([]bool, len(before.arena))
	for _, c := range o.out {
		for i := range Pad(before.n) {
			named[int(c)+i] = true
		}
	}
	for i, v := range before.arena {
		if !named[i] && bitsOf(v) != bitsOf(after.arena[i]) {
			t.Fatalf("%s, %v, %d lanes: arena[%d] was written", o.name, isa, before.n, i)
		}
	}
	for i, v := range before.sums {
		if (i < o.s[0] || i >= o.s[1]) && bitsOf(v) != bitsOf(after.sums[i]) {
			t.Fatalf("%s, %v, %d lanes: sums[%d] was written", o.name, isa, before.n, i)
		}
	}
}

func requireClose[T Float](t *testing.T, want, got *world[T], o operation[T], isa ISA) {
	t.Helper()
	near := func(area string, a, b []T, at int) {
		for i := range a {
			x, y := float64(a[i]), float64(b[i])
			if bitsOf(a[i]) != bitsOf(b[i]) && !(math.Abs(x-y) <= o.tol*max(1, math.Abs(x))) {
				t.Fatalf("%s, %v, %d lanes: %s[%d] = %v, plain Go %v", o.name, isa, want.n, area, at+i, y, x)
			}
		}
	}
	for _, c := range o.out {
		near("arena", column(want.arena, c, Pad(want.n)), column(got.arena, c, Pad(want.n)), int(c))
	}
	a, b := want.sums[o.s[0]:o.s[1]], got.sums[o.s[0]:o.s[1]]
	if o.partial { // which rows go to which partial sum is each set's own
		x, y := make([]T, len(a)/Lanes), make([]T, len(a)/Lanes)
		foldGo(x, a)
		foldGo(y, b)
		a, b = x, y
	}
	near("sums", a, b, o.s[0])
}

func requireSame[T Float](t *testing.T, a, b *world[T], o operation[T]) {
	t.Helper()
	same := func(x, y T) bool { return bitsOf(x) == bitsOf(y) }
	require.True(t, slices.EqualFunc(a.arena, b.arena, same), "%s, %d lanes: bits of AVX2 and AVX-512 differ", o.name, a.n)
	require.True(t, slices.EqualFunc(a.sums, b.sums, same), "%s, %d lanes: bits of AVX2 and AVX-512 differ", o.name, a.n)
}

func TestLanesDoNotMeet(t *testing.T) {
	t.Run("float32", testLanesDoNotMeet[float32])
	t.Run("float64", testLanesDoNotMeet[float64])
}

// testLanesDoNotMeet wants the same bits for the same operands wherever they stand in a tile, and however long the
// tile is.
func testLanesDoNotMeet[T Float](t *testing.T) {
	const n, shift = 144, 5
	for _, o := range operations[T](2, n) {
		base, turned := o.world, o.world.clone()
		for _, c := range base.all {
			x, y := column(base.arena, c, n), column(turned.arena, c, n)
			for l := range n {
				y[(l+shift)%n] = x[l]
			}
		}
		for _, s := range sets[T](t) {
			whole, moved, short := base.clone(), turned.clone(), base.clone()
			short.n = 3 * Lanes
			o.run(s, whole)
			o.run(s, moved)
			o.run(s, short)
			for _, c := range o.out {
				x, y, z := column(whole.arena, c, n), column(moved.arena, c, n), column(short.arena, c, n)
				for l := range n {
					if bitsOf(x[l]) != bitsOf(y[(l+shift)%n]) {
						t.Fatalf("%s, %v, lane %d moved: %v, want %v", o.name, s.ISA, l, y[(l+shift)%n], x[l])
					}
					if l < short.n && bitsOf(x[l]) != bitsOf(z[l]) {
						t.Fatalf("%s, %v, lane %d alone: %v, want %v", o.name, s.ISA, l, z[l], x[l])
					}
				}
			}
		}
	}
}
