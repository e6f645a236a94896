package check

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// The limits of numeric checks. In the units of the flow columns have deviations of about 1.
const (
	integralLimit  = 0.01 // of probability: as an error of all log p it is 0.01 nats
	tripLimit      = 0.01 // of a column's deviation
	logProbLimit   = 0.05 // nats: a twentieth of what makes a row e times as likely
	gradientLimit  = 0.05 // of the gradient, or of 1 where that is less
	pullLimit      = 1.5  // standard errors of estimated traces in the median, 0.7 where all is right and probes are few
	jacobianRows   = 4
	jacobianColumn = 100 // most columns whose Jacobian is written out
)

// roundTrip carries rows to the base and back.
func (s *Subject) roundTrip(ctx context.Context) (Result, error) {
	const name = "round trip"
	flow := s.Model.Flow.Given(s.c)
	z, _, err := flow.Inverse(ctx, s.y)
	if err != nil {
		return Result{}, err
	}
	back, _, err := flow.Forward(ctx, z)
	if err != nil {
		return Result{}, err
	}
	was, is, err := bothNumbers(s.y, back)
	if err != nil {
		return Result{}, err
	}
	dim := s.y.Shape()[1]
	var sizes []float64
	for i := 0; i < len(was); i += dim {
		var most float64
		for _, d := range apart(was[i:i+dim], is[i:i+dim]) {
			most = max(most, d)
		}
		sizes = append(sizes, most)
	}
	return result(name, high(sizes), tripLimit, "from the data to the base and back, in deviations of a column, 99th of 100 rows; median %.2g",
		median(sizes)), nil
}

func bothNumbers(a, b *tensor.Dense) (x, y []float64, err error) {
	if x, err = data.Float64s(a); err == nil {
		y, err = data.Float64s(b)
	}
	return x, y, err
}

// tolerance compares log p with that of half the tolerances.
func (s *Subject) tolerance(ctx context.Context) (Result, error) {
	const name = "tolerance"
	if s.estimated() {
		return skipped(name, "traces are estimated, whose noise is larger"), nil
	}
	finer, err := halved(ctx, s.Model.Flow)
	if err != nil {
		return skipped(name, "half of it: %v", err), ctx.Err()
	}
	is, err := s.Model.Flow.Given(s.c).LogProb(ctx, s.y)
	if err != nil {
		return Result{}, err
	}
	other, err := finer.Given(s.c).LogProb(ctx, s.y)
	if err != nil {
		return Result{}, err
	}
	sizes := apart(is, other)
	return result(name, high(sizes), logProbLimit, "change of log p, in nats, with half the tolerance, 99th of 100 rows; median %.2g", median(sizes)), nil
}

// precision compares log p with that of the reference.
func (s *Subject) precision(ctx context.Context) (Result, error) {
	const name = "precision"
	if s.why != nil {
		return skipped(name, "no reference: %v", s.why), nil
	}
	want, err := s.reference.Given(s.c).LogProb(ctx, s.y)
	if err != nil {
		return Result{}, err
	}
	if !s.estimated() {
		is, err := s.Model.Flow.Given(s.c).LogProb(ctx, s.y)
		if err != nil {
			return Result{}, err
		}
		sizes := apart(is, want)
		return result(name, high(sizes), logProbLimit,
			"of log p, in nats, from the same flow in float64 with tolerances of 1e-10, 99th of 100 rows; median %.2g", median(sizes)), nil
	}
	is, err := s.Model.Flow.Given(s.c).EstimateLogProb(ctx, s.y)
	if err != nil {
		return Result{}, err
	}
	sizes := make([]float64, len(is))
	for i, e := range is {
		sizes[i] = math.Abs(e.Mean-want[i]) / e.StdErr
	}
	return result(name, median(sizes), pullLimit, "of estimated log p from that with exact traces, in its own standard errors, median"), nil
}

// jacobian compares the model's log-determinant with that of the Jacobian by central differences of the reference's
// inverse map. With steps of 1e-4, solved to 1e-10, they are right to some 1e-6 even where the map bends within 0.1.
func (s *Subject) jacobian(ctx context.Context) (Result, error) {
	const name, h = "log-determinant", 1e-4
	y, c, err := s.rows(jacobianRows)
	if err != nil {
		return Result{}, err
	}
	dim := y.Shape()[1]
	switch {
	case s.why != nil:
		return skipped(name, "no reference: %v", s.why), nil
	case s.estimated():
		return skipped(name, "traces are estimated; see precision"), nil
	case dim > jacobianColumn:
		return skipped(name, "%d columns, at most %d are written out", dim, jacobianColumn), nil
	}
	moved, conditions, err := s.moved(y, c, h)
	if err != nil {
		return Result{}, err
	}
	z, _, err := s.reference.Given(conditions).Inverse(ctx, moved)
	if err != nil {
		return Result{}, err
	}
	_, logDet, err := s.Model.Flow.Given(c).Inverse(ctx, y)
	if err != nil {
		return Result{}, err
	}
	at := z.Float64s()
	var worst float64
	for i := range logDet {
		j := mat.NewDense(dim, dim, nil)
		for k := range dim {
			up, down := at[(2*(i*dim+k))*dim:], at[(2*(i*dim+k)+1)*dim:]
			for r := range dim {
				j.Set(r, k, (up[r]-down[r])/(2*h))
			}
		}
		brute, _ := mat.LogDet(j)
		worst = math.Max(worst, math.Abs(brute-logDet[i])) // which keeps NaN
	}
	return result(name, worst, logProbLimit, "from the Jacobian written out by differences, in nats, the worst of %d rows", len(logDet)), nil
}

// moved returns for each row and column the row moved up and down by h in that column.
func (s *Subject) moved(y, c *tensor.Dense, h float64) (rows, conditions *tensor.Dense, err error) {
	values, err := data.Float64s(y)
	if err != nil {
		return nil, nil, err
	}
	dim := y.Shape()[1]
	var all []float64
	var places []int
	for i := 0; i < len(values); i += dim {
		for k := range dim {
			for _, step := range []float64{h, -h} {
				all = append(all, values[i:i+dim]...)
				all[len(all)-dim+k] += step
				places = append(places, i/dim)
			}
		}
	}
	if c != nil {
		conditions, err = data.Take(c, places...)
	}
	return data.Rows(dim, all...), conditions, err
}

// gradient compares the model's score with central differences of the reference's log-density.
func (s *Subject) gradient(ctx context.Context) (Result, error) {
	const name, h = "gradient", 1e-4
	switch {
	case s.why != nil:
		return skipped(name, "no reference: %v", s.why), nil
	case s.estimated():
		return skipped(name, "traces are estimated, and the gradient with them"), nil
	}
	y, c, err := s.rows(jacobianRows)
	if err != nil {
		return Result{}, err
	}
	score, err := s.Model.Flow.Given(c).Score(ctx, y)
	if err != nil {
		return Result{}, err
	}
	got, err := data.Float64s(score)
	if err != nil {
		return Result{}, err
	}
	moved, conditions, err := s.moved(y, c, h)
	if err != nil {
		return Result{}, err
	}
	logp, err := s.reference.Given(conditions).LogProb(ctx, moved)
	if err != nil {
		return Result{}, err
	}
	var worst float64
	for k := range got {
		want := (logp[2*k] - logp[2*k+1]) / (2 * h)
		worst = math.Max(worst, math.Abs(got[k]-want)/max(1, math.Abs(want)))
	}
	return result(name, worst, gradientLimit, "of log p from differences, as a part of it, the worst of %d rows", y.Shape()[0]), nil
}
