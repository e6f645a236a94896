package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/proposal"
)

// Sizes of integrals.
const (
	nodesOfLine  = 801 // of the trapezoidal rule; odd, so that every second one is a rule too
	nodesOfPlane = 121 // to a side
	centres      = 1000
	proposals    = 4000
	fewest       = 200  // effective proposals
	widest       = 0.05 // standard error of an integral that tells something
)

// integral holds the integral of p to 1. That of one and two columns is by the trapezoidal rule, in the table's own units
// where all columns are continuous, so that the transform is in it; of more it is by importance sampling.
func (s *Subject) integral(ctx context.Context) (Result, error) {
	const name = "integral"
	var one *tensor.Dense // the condition
	if s.c != nil {
		var err error
		if one, err = data.Take(s.c, 0); err != nil {
			return Result{}, err
		}
	}
	switch {
	case s.estimated():
		return skipped(name, "traces are estimated: an integral of exp of what has noise says nothing of it"), nil
	case s.Model.X.Dim() > 2:
		return s.sampled(ctx, s.Model.Flow.Given(one))
	}
	axes, err := s.axes(ctx, s.Model.Flow.Given(one))
	if err != nil {
		return Result{}, err
	}
	where, logp := "in the table's units", []float64(nil)
	if s.continuous() && one == nil {
		if logp, err = s.inTheTable(ctx, axes); err != nil {
			return Result{}, err
		}
	}
	if logp == nil {
		where = "in the flow's units"
		logp, err = s.Model.Flow.Given(one).LogProb(ctx, data.Rows(len(axes), product(axes)...))
		if err != nil && !rowsFailed(err) {
			return Result{}, err
		}
	}
	fine, coarse := trapezoid(axes, logp, 1), trapezoid(axes, logp, 2)
	if part := math.Abs(fine-coarse) / fine; !(part <= integralLimit) {
		return skipped(name, "%d nodes to a side do not resolve the density: half of them change its integral by a part of %.2g",
			len(axes[0].nodes), part), nil
	}
	return result(name, math.Abs(fine-1), integralLimit, "of p is %.5f by the trapezoidal rule on %d nodes, %s", fine, len(logp), where), nil
}

// axis has nodes at equal distances in the units of the flow, and how much a step from each to the next is in those of the
// integral.
type axis struct{ nodes, steps []float64 }

// rowsFailed reports whether an error is of some rows alone, which are NaN in what came beside it.
func rowsFailed(err error) bool {
	failed := (*flows.SolveError)(nil)
	return errors.As(err, &failed)
}

// axes returns nodes for each column of the flow, half as far again to either side as draws reach.
func (s *Subject) axes(ctx context.Context, flow flows.Conditional) ([]axis, error) {
	z, err := flow.Sample(ctx, s.Draws, s.Rand)
	if err != nil {
		return nil, err
	}
	values, err := data.Float64s(z)
	if err != nil {
		return nil, err
	}
	dim := z.Shape()[1]
	n := nodesOfLine
	if dim == 2 {
		n = nodesOfPlane
	}
	axes := make([]axis, dim)
	for j := range axes {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := j; i < len(values); i += dim {
			lo, hi = min(lo, values[i]), max(hi, values[i])
		}
		reach := (hi - lo) / 2
		step := (hi - lo + 2*reach) / float64(n-1)
		for k := range n {
			axes[j].nodes, axes[j].steps = append(axes[j].nodes, lo-reach+step*float64(k)), append(axes[j].steps, step)
		}
	}
	return axes, nil
}

// continuous reports whether all columns of the table have a density in their own units.
func (s *Subject) continuous() bool {
	return !slices.ContainsFunc(s.Model.X.Columns, func(c data.Column) bool {
		return c.Step > 0 || c.Levels != nil || c.Fill != nil || c.Low != nil || c.High != nil
	})
}

// inTheTable returns log p at the nodes in the table's own units, and makes the axes' steps such; nil where the columns'
// shapes do not reach so far. Steps are the derivative of the transform's inverse by differences of the fourth order.
func (s *Subject) inTheTable(ctx context.Context, axes []axis) ([]float64, error) {
	var names []string
	for _, c := range s.Model.X.Columns {
		if c.Constant == nil && c.Twin == "" {
			names = append(names, c.Name)
		}
	}
	n := len(axes[0].nodes)
	var line []float64
	for k := range n {
		for _, a := range axes {
			line = append(line, a.nodes[k])
		}
	}
	t, err := s.Model.X.Invert(data.Rows(len(axes), line...))
	if err != nil {
		return nil, err
	}
	wide := make([]axis, len(axes))
	for j, name := range names {
		x, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		steps := make([]float64, n)
		for k := 2; k+2 < n; k++ {
			if steps[k] = (8*(x[k+1]-x[k-1]) - (x[k+2] - x[k-2])) / 12; !(steps[k] > 0) || math.Abs(x[k]) >= math.MaxFloat64 {
				return nil, nil
			}
		}
		wide[j] = axis{x, steps}
	}
	nodes := data.Table{Names: names, Rows: data.Rows(len(names), product(wide)...)}
	for _, c := range s.Model.X.Columns { // whose density is none of the flow's
		if c.Constant == nil && c.Twin == "" {
			continue
		}
		zeros := data.Table{Names: []string{c.Name}, Rows: data.Rows(1, make([]float64, nodes.Len())...)}
		if nodes, err = nodes.Join(zeros); err != nil {
			return nil, err
		}
	}
	scores, err := s.Model.LogProb(ctx, nodes)
	if err != nil {
		return nil, err
	}
	for j := range axes {
		axes[j].steps = wide[j].steps
	}
	return scores.LogProb, nil
}

// product returns all points with a node of each axis, the last running fastest.
func product(axes []axis) (points []float64) {
	if len(axes) == 1 {
		return axes[0].nodes
	}
	for _, x := range axes[0].nodes {
		for _, y := range axes[1].nodes {
			points = append(points, x, y)
		}
	}
	return points
}

// trapezoid integrates exp of values at product(axes), by every so many of the nodes, which begin and end where nothing is
// left. NaN counts nothing.
func trapezoid(axes []axis, logp []float64, every int) (sum float64) {
	weight := func(a axis, k int) float64 {
		if k%every > 0 {
			return 0
		}
		return float64(every) * a.steps[k]
	}
	last := axes[len(axes)-1]
	n := len(last.nodes)
	for i, v := range logp {
		w := weight(last, i%n)
		if len(axes) == 2 {
			w *= weight(axes[0], i/n)
		}
		if w > 0 && !math.IsNaN(v) {
			sum += w * math.Exp(v)
		}
	}
	return sum
}

// sampled is the integral of p by importance sampling from a density around draws, E[p/q] = ∫ p where q reaches.
func (s *Subject) sampled(ctx context.Context, flow flows.Conditional) (Result, error) {
	const name, wide = "integral", 0.3
	z, err := flow.Sample(ctx, centres, s.Rand)
	if err != nil {
		return Result{}, err
	}
	around, err := data.Float64s(z)
	if err != nil {
		return Result{}, err
	}
	dim := z.Shape()[1]
	q, err := proposal.New(dim, around, wide)
	if err != nil {
		return Result{}, fmt.Errorf("integral: %w", err)
	}
	points, logq := make([]float64, proposals*dim), make([]float64, proposals)
	for i := range logq {
		row := points[i*dim : (i+1)*dim]
		q.Draw(s.Rand, row)
		logq[i] = q.LogProb(row)
	}
	logp, err := flow.LogProb(ctx, data.Rows(dim, points...))
	if err != nil && !rowsFailed(err) {
		return Result{}, err
	}
	var sum, squares float64
	logs := make([]float64, 0, proposals)
	for i, v := range logp {
		if math.IsNaN(v) { // the solver can't carry a row from so far out; p is counted as 0 there
			v = math.Inf(-1)
		}
		w := math.Exp(v - logq[i])
		sum, squares, logs = sum+w, squares+w*w, append(logs, v-logq[i])
	}
	mean := sum / proposals
	se := math.Sqrt(max(0, squares/proposals-mean*mean) / proposals)
	effective := proposal.Effective(logs)
	if effective < fewest || !(se <= widest) {
		return skipped(name, "of p over %d columns is %.3g ± %.2g by importance sampling, %.0f effective of %d: too rough to tell",
			dim, mean, se, effective, proposals), nil
	}
	return result(name, math.Abs(mean-1), integralLimit+4*se, "of p over %d columns is %.4f ± %.4f by importance sampling, %.0f effective of %d",
		dim, mean, se, effective, proposals), nil
}
