package flows

import (
	"fmt"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/nn"
)

// Follower is a Block whose state follows the data in training.
type Follower interface {
	Block
	// Follow is called once by each [NLL.Loss], when the gradient is there, with the mean and the unbiased variance of
	// every column of the rows that Inverse was given, all rows of the batch together; not for a batch of one row.
	// state returns what the block's methods have asked for by Scope.State.
	Follow(state func(name string) *nn.Param, mean, variance []float64) error
}

// follow lets a block whose state follows the data see the moments of a batch.
func (p *plan) follow(block int, seen moments) error {
	closed, ok := p.blocks[block].(closedPlan)
	if !ok {
		return nil
	}
	b, ok := closed.block.(Follower)
	if !ok || seen.n < 2 {
		return nil
	}
	state := func(name string) *nn.Param { return p.param(blockOwner(block), name) }
	err := guard.Call(fmt.Sprintf("%T.Follow", b), func() error { return b.Follow(state, seen.mean, seen.variance()) })
	if err != nil {
		return fmt.Errorf("flows: block %d: %T: %w", block, b, err)
	}
	return nil
}
