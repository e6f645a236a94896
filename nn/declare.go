package nn

import "fmt"

// Declare returns the parameter name, made with values from init where it does not exist yet, as [Scope.Param] makes
// it: for a number that is trained and stands in no graph.
func (p *Params) Declare(name string, init Init, rows, cols int) (*Param, error) {
	if name == "" {
		return nil, fmt.Errorf("nn: declare a parameter without a name")
	}
	if err := p.ensure(name, init, rows, cols); err != nil {
		return nil, err
	}
	return p.byName[name], nil
}
