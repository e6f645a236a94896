package limit_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/limit"
)

func TestError(t *testing.T) {
	assert.NoError(t, limit.Check("x", 5, 5, "nodes", ""))
	err := fmt.Errorf("outer: %w", limit.Check("the log of steps", 3_210_000_000, 1<<30, "bytes", "ode.Solver.MaxLog"))
	assert.EqualError(t, err, "outer: the log of steps: needs at least 3.21 GB, the limit is 1.07 GB; raise it by ode.Solver.MaxLog")
	var e *limit.Error
	require.ErrorAs(t, err, &e)
	assert.EqualValues(t, 1<<30, e.Limit)
	assert.EqualError(t, limit.Check("the graph", 12, 7, "nodes", ""), "the graph: needs at least 12 nodes, the limit is 7 nodes")
	assert.ErrorContains(t, limit.Check("a file", math.MaxInt64, 999, "bytes", ""), "needs at least 9.22 EB, the limit is 999 bytes")
}
