package engine

// tileElements is the number of elements that the columns of a tile should not exceed: half a megabyte of float32,
// which stays in a common second-level cache beside the weights.
const tileElements = 1 << 17

// The smallest and largest tiles. Below the smallest the fixed cost of a call of a kernel rules; beyond the largest
// nothing is gained.
const (
	minTile = 64
	maxTile = 256
)

// tile returns the number of rows that run together, from the program alone.
func (p *Program) tile() int {
	n := maxTile
	for n > minTile && n*(p.slotCount+p.fixedCount) > tileElements {
		n /= 2
	}
	return n
}
