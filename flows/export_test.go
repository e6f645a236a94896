package flows

import "math/rand/v2"

// Library are the types of this module that a file may name.
var Library = library

// Described returns the flow of a description, without parameters.
func Described(text string, rng *rand.Rand) (*Flow, error) {
	c, err := codec(nil, rng)
	if err != nil {
		return nil, err
	}
	var m model
	if err := c.Read([]byte(text), &m); err != nil {
		return nil, err
	}
	return &Flow{Dim: m.Dim, Cond: m.Cond, Base: m.Base, Blocks: m.Blocks}, nil
}
