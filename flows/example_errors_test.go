package flows_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// status maps what a call of a flow returns to an answer of a server: 400 where the request is at fault, with the rows,
// 413 where it is too large, 500 otherwise.
func status(err error) (code int, rows []int) {
	var input *flows.InputError
	var limit *flows.LimitError
	var failed *flows.SolveError
	switch {
	case err == nil:
		return http.StatusOK, nil
	case errors.As(err, &input):
		return http.StatusBadRequest, nil
	case errors.As(err, &limit):
		return http.StatusRequestEntityTooLarge, nil
	case errors.As(err, &failed):
		code = http.StatusBadRequest
		for _, row := range failed.Rows {
			if rows = append(rows, row.Row); !errors.Is(row, flows.ErrRow) {
				code = http.StatusInternalServerError // the model fails there
			}
		}
		return code, rows
	}
	return http.StatusInternalServerError, nil
}

// What went wrong with a request, for a server to tell.
func ExampleInputError() {
	flow := flows.Flow{Dim: 2, Params: nn.NewParams(nil), MaxBytes: 1 << 20}
	request := func(values []float64, cols int) {
		x := tensor.New(tensor.WithShape(len(values)/cols, cols), tensor.WithBacking(values))
		logp, err := flow.LogProb(context.Background(), x)
		code, rows := status(err)
		fmt.Println(code, rows, len(logp))
	}
	request([]float64{1, 2, 3, 4}, 2)
	request([]float64{1, 2, 3}, 3)
	request([]float64{1, 2, math.NaN(), 4}, 2)
	request(make([]float64, 1<<20), 2)
	// Output:
	// 200 [] 2
	// 400 [] 0
	// 400 [1] 2
	// 413 [] 0
}
