package kernel

// Call is a call of a kernel's assembly made ready: where its code is, and its arguments, each a number that is added to
// the start of an area or to a count. It has the form that the assembly of run reads, and takes a cache line. A
// descriptor that it was planned for must stay where it is.
type Call struct {
	code uintptr
	add  [arguments]uintptr
	area [arguments]area
	long bool // there are more than four arguments
	_    byte
}

// arguments is how many a kernel has at most.
const arguments = 6

// area is what an argument of a Call is counted from, in the order of run's parameters.
type area uint8

const (
	nothing area = iota
	inArena
	inUniform
	inSums
	inScratch
	allLanes // of the tile, padded
	allRows  // of the tile
)

// Plan calls each with the calls that d comes down to, for tiles of at most so many rows, over so many lanes or, where
// lanes is 0, those of the tile. It reports whether there are such: plain Go has none, and some functions need a look at
// their results.
func (s *Set[T]) Plan(d Descriptor, tile, lanes int, each func(Call)) bool {
	return s.plan != nil && s.plan(d, tile, lanes, each)
}

// Run makes calls one after the other, on a tile of n rows, without a way back to Go in between. Whatever waits for this
// goroutine to be interrupted waits till the end.
func (s *Set[T]) Run(calls []Call, arena, uniform, sums, scratch []T, n int) {
	if len(calls) > 0 {
		s.run(calls, arena, uniform, sums, scratch, n)
	}
}
