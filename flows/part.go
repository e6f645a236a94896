package flows

import (
	"context"

	"github.com/go-ffjord/ffjord/graph"
)

// part is a compiled block. It holds no numbers of a call.
type part[T graph.Float] interface {
	// bind finds the numbers of the block's parameters, once all exist.
	bind() error
	// name is the type of a block in closed form, empty for an FFJORD.
	name() string
	// describe tells what the block is, in a line and others below it.
	describe() (line string, more []string)
	// shared tells whether the block takes the same steps for all rows.
	shared() bool
	// trace is what a call's noise is drawn for, nil for a block without a trace.
	trace(with beside) Trace
	// times returns where a trajectory of so many frames a block stops.
	times(frames int) []float64
	// checkTimes says what is wrong with the times at which a trajectory is to stop.
	checkTimes(times []float64) error
	// penalties returns what training adds to the loss.
	penalties() []Penalty
	// stepGraph returns the graph to look at.
	stepGraph(back bool) (*graph.Graph, error)
	// carrier returns a worker's carrier through the block.
	carrier(w *worker[T], block int) carrier[T]
}

// carrier carries a worker's chunk through one block, there and back.
type carrier[T graph.Float] interface {
	// carry carries the worker's z through the block and adds to what is kept beside it. With keep, back can follow.
	carry(ctx context.Context, in *inputs[T], inverse, keep bool) error
	// back replaces the cotangents of where carry has brought z by those of where it came from, and adds up the gradients
	// of the parameters and the condition.
	back(ctx context.Context, in *inputs[T], inverse bool) error
	// sums puts the gradients of the block's parameters, summed over the chunk, into a vector of all parameters.
	sums(dst []T)
	// film carries the worker's z to the data's side, shows it at the given times with log |det| since the block's start,
	// and returns that of the whole block. Where rows fail, they leave the chunk and nothing else counts.
	film(ctx context.Context, in *inputs[T], times []float64, show func(frame int, z [][]T, logDet []T)) (logDet []T, err error)
}

// bound is a parameter of a block or the base: its name in the graph, its numbers, and where they start in a vector of
// all trained parameters, if it is one.
type bound[T graph.Float] struct {
	name    string
	values  []T
	offset  int
	trained bool
}
