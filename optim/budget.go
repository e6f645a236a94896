package optim

import "fmt"

// Budget bounds what a row may cost the objective, since a field may become so steep that its solver takes ever more
// steps. It compares the evaluations that an objective [WithCost] tells of, there and back, in the mean over an epoch: the
// first epoch above the budget gives advice in its event, and each later one acts.
type Budget struct {
	// Evaluations are those of a row, in the mean of an epoch. It is required.
	Evaluations float64
	// Then says what is done about it. Zero means nothing but advice.
	Then BudgetAction
}

// BudgetAction says what is done about a budget that is passed again.
type BudgetAction int

// The actions.
const (
	Advise    BudgetAction = iota // by the epoch's event
	LowerRate                     // halve the learning rate
	EndRun                        // with a *BudgetError
)

func (b *Budget) check() error {
	if b == nil {
		return nil
	}
	if !(b.Evaluations > 0) || b.Then < Advise || b.Then > EndRun {
		return fmt.Errorf("optim: Trainer: Budget: Evaluations is %g, Then %d: want a positive number and one of the actions",
			b.Evaluations, b.Then)
	}
	return nil
}

// BudgetError says that rows cost more than the budget allows, and training stopped.
type BudgetError struct {
	Epoch       int
	Evaluations float64 // of a row, in the mean of the epoch
	Budget      float64
}

// Error says what to try.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("optim: epoch %d: %s", e.Epoch, steep(e.Evaluations, e.Budget))
}

func steep(evaluations, budget float64) string {
	return fmt.Sprintf("a row costs %.0f evaluations in the mean, the budget is %.0f: the field has become steep; "+
		"try a penalty on it, a weight decay, a lower learning rate or looser tolerances", evaluations, budget)
}

// spend compares an epoch with the budget. It returns advice for its event, and an error where the run is to end.
func (r *run) spend() (advice string, err error) {
	b := r.Budget
	if b == nil {
		return "", nil
	}
	cost := float64(r.at.Evaluations) / float64(r.at.EpochRows)
	if cost <= b.Evaluations {
		r.at.Over = false
		return "", nil
	}
	if r.at.Over && b.Then == EndRun {
		return "", &BudgetError{Epoch: r.event.Epoch, Evaluations: cost, Budget: b.Evaluations}
	}
	if r.at.Over && b.Then == LowerRate {
		r.at.Lowered /= 2
	}
	r.at.Over = true
	return steep(cost, b.Evaluations), nil
}
