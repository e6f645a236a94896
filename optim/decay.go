package optim

import (
	"fmt"
	"path"
)

// Decay is a weight decay for a group of parameters, apart from the gradient (Loshchilov and Hutter 2019): each step
// begins with θ ← θ - rate·Weight·θ, for any optimizer.
type Decay struct {
	// Params is a pattern of the parameters' names, as path.Match has it: "*.weight". Empty means all.
	Params string
	// Weight is λ. Zero means that these parameters do not decay.
	Weight float64
}

func (d Decay) check() error {
	if _, err := path.Match(d.Params, ""); err != nil {
		return fmt.Errorf("optim: Trainer: Decay: Params %q: %w", d.Params, err)
	}
	if !validRate(d.Weight) {
		return fmt.Errorf("optim: Trainer: Decay: Weight is %g, want a finite number of at least 0", d.Weight)
	}
	return nil
}

func (d Decay) matches(name string) bool {
	ok, _ := path.Match(d.Params, name) // was checked
	return ok || d.Params == ""
}

// decays returns λ of every parameter: that of the first group that it is in. A group that no parameter is in is an
// error, since its name is likely misspelt.
func decays(groups []Decay, names []string) ([]float64, error) {
	λ, used := make([]float64, len(names)), make([]bool, len(groups))
	for i, name := range names {
		found := false
		for k, d := range groups {
			if d.matches(name) {
				used[k] = true
				if !found {
					λ[i], found = d.Weight, true
				}
			}
		}
	}
	for k, ok := range used {
		if !ok {
			return nil, fmt.Errorf("optim: Trainer: Decay: no parameter matches %q", groups[k].Params)
		}
	}
	return λ, nil
}
