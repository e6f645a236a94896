package optim

import (
	"cmp"
	"fmt"
)

// Plateau lowers the learning rate when the loss gets no better: that of the held-out rows where there is a Validation,
// and the mean loss of the epochs elsewhere.
type Plateau struct {
	// Patience is the number of losses in a row without a better one after which the rate falls. Zero means 10.
	Patience int
	// Factor is what the rate is multiplied by then, below 1. Zero means 0.5.
	Factor float64
	// MinDelta is by how much a loss has to be lower to be better. Zero means by anything.
	MinDelta float64
	// Least is the smallest product of factors. Zero means 1e-3.
	Least float64
}

func (p *Plateau) withDefaults() *Plateau {
	if p == nil {
		return nil
	}
	q := *p
	if q.Patience == 0 {
		q.Patience = 10
	}
	q.Factor, q.Least = cmp.Or(q.Factor, 0.5), cmp.Or(q.Least, 1e-3)
	return &q
}

func (p *Plateau) check() error {
	if p == nil {
		return nil
	}
	q := p.withDefaults()
	if q.Patience < 0 || !(q.Factor > 0 && q.Factor < 1) || !validRate(q.MinDelta) || !(q.Least > 0 && q.Least <= 1) {
		return fmt.Errorf("optim: Trainer: Plateau: Patience is %d, Factor %g, MinDelta %g, Least %g: "+
			"want a patience of at least 0, a factor and a least product between 0 and 1", p.Patience, p.Factor, p.MinDelta, p.Least)
	}
	return nil
}

// plateau counts a loss and lowers the rate where it is time to.
func (r *run) plateau(loss float64) {
	p := r.Plateau
	if p == nil || r.at.Flat.better(loss, p.MinDelta) || r.at.Flat.Bad < p.Patience {
		return
	}
	r.at.Flat.Bad = 0
	r.at.Lowered = max(number(p.Least), r.at.Lowered*number(p.Factor))
}
