package kernel

import (
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// guarded copies x to where it ends, or begins, at a page that must not be touched.
func guarded[T Float](t *testing.T, x []T, atEnd bool) []T {
	t.Helper()
	if len(x) == 0 {
		return nil
	}
	page := syscall.Getpagesize()
	bytes := len(x) * int(unsafe.Sizeof(x[0]))
	body := (bytes + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, body+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(m)) })
	require.NoError(t, syscall.Mprotect(m[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(m[page+body:], syscall.PROT_NONE))
	from := page
	if atEnd {
		from = page + body - bytes
	}
	g := unsafe.Slice((*T)(unsafe.Pointer(&m[from])), len(x))
	copy(g, x)
	return g
}

func TestGuardPages(t *testing.T) {
	t.Run("float32", testGuardPages[float32])
	t.Run("float64", testGuardPages[float64])
}

// testGuardPages runs every operation in areas that end exactly where what they may touch ends, between pages that
// fault.
func testGuardPages[T Float](t *testing.T) {
	sizes := []int{1, 5, 16, 17, 33, 64, 100, 130}
	if testing.Short() {
		sizes = []int{5, 16, 130}
	}
	for _, n := range sizes {
		for _, o := range operations[T](3, n) {
			w := o.world
			last := 0
			for _, c := range w.all {
				last = max(last, int(c)+Pad(n))
			}
			w.arena = w.arena[:last]
			if o.s[1] > 0 {
				w.sums = w.sums[:o.s[1]]
			}
			for _, s := range sets[T](t) {
				if s.ISA == Go {
					continue // bounds are checked by the language
				}
				for _, atEnd := range []bool{false, true} {
					t.Run("", func(t *testing.T) {
						c := *w
						c.arena = guarded(t, w.arena, atEnd)
						c.uniform = guarded(t, w.uniform, atEnd)
						c.sums = guarded(t, w.sums, atEnd)
						c.scratch = guarded(t, w.scratch, atEnd)
						o.run(s, &c)
					})
				}
			}
		}
	}
}
