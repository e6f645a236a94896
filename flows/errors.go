package flows

import "fmt"

// NonFiniteError says that a row became NaN or infinite on its way through a block.
type NonFiniteError struct {
	Block    int     // counted from the base
	Row      int     // of the call
	From, To float64 // the times between which the block was integrated
	Norm     float64 // of the state at To
	LogDet   float64 // summed over the blocks up to here
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("row %d is no longer finite after block %d from t = %v to %v (|z| = %v, log det = %v); "+
		"the field is too steep for the solver's steps: take more steps, a smaller learning rate, or float64",
		e.Row, e.Block, e.From, e.To, e.Norm, e.LogDet)
}
