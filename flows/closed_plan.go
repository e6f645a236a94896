package flows

import "fmt"

// closedPlan is a block in closed form.
type closedPlan struct{ block Block }

var _ blockPlan = closedPlan{}

func (p closedPlan) kind() string { return fmt.Sprintf("%T", p.block) }

func (p closedPlan) describe() (string, []string) { return brief(p.block), nil }

func (p closedPlan) shared() bool { return false }

func (p closedPlan) trace(beside) Trace { return nil }

// times has one frame for the whole map.
func (p closedPlan) times(int) []float64 { return []float64{1} }

func (p closedPlan) checkTimes(times []float64) error {
	if len(times) > 1 || len(times) == 1 && times[0] != 1 {
		return fmt.Errorf("times %v of a %T, which is in closed form: want none, or 1 for its end", times, p.block)
	}
	return nil
}

func (p closedPlan) penalties() []Penalty { return nil }
