package engine

import "sync"

// Program is a compiled program. It holds no numbers but constants, is not changed by running, and may be used by any
// number of machines at once.
type Program struct {
	lists
	matrices   []matrix
	prologue   []uop
	epilogue   []uop
	ops        []op
	slots      []int  // the first column slot of each buffer, in one of two regions
	fixed      []bool // buffers of inputs and outputs, which are in the first
	fixedCount int    // column slots of the first region
	slotCount  int    // and of the second
	commonAt   []int  // place of the first number of each common buffer among those of a run, -1 for other buffers
	commonN    int    // numbers of a run
	inputs     []rowInput
	uniforms   []uniformInput
	outputs    []output
	rowCount   int32 // leaf matrix that counts rows, or -1
	uniformN   int   // elements of the uniform area
	sumN       int   // elements of the area of finished sums
	buffers    []int
	emitted    int   // operations asked for, those merged or done at once included
	left       []int // operations of the body, as built and after each pass

	mu      sync.Mutex
	layouts map[int]*layout // by lanes
}
