package optim

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Stateful is an optimizer whose memory can be saved and put back, so that its steps go on as if nothing had been in
// between. [Adam], [Adamax], [RAdam] and [SGD] are; Gorgonia's solvers keep theirs to themselves.
type Stateful interface {
	gorgonia.Solver
	// State returns a copy of the optimizer's memory.
	State() State
	// SetState replaces it by a copy of s, which is of an optimizer of the same kind.
	SetState(s State) error
}

// State is the memory of an optimizer between two steps. Settings, such as LR, are no part of it, but a rate that was
// set is.
type State struct {
	Optimizer string  // whose memory it is: "Adam"
	Steps     int     // taken so far
	Rate      float64 // set by SetRate, if Rated
	Rated     bool
	// Slots are vectors for every parameter, in the model's order and of the parameter's size and type, by their names
	// in the optimizer's equations: "m", "v". Nil before the first step.
	Slots map[string][]*tensor.Dense
}

// State returns a copy of the optimizer's memory.
func (a *Adam) State() State { return a.save("Adam", "m", "v") }

// SetState replaces the optimizer's memory.
func (a *Adam) SetState(s State) error { return a.load(s, "Adam", "m", "v") }

// State returns a copy of the optimizer's memory.
func (a *Adamax) State() State { return a.save("Adamax", "m", "u") }

// SetState replaces the optimizer's memory.
func (a *Adamax) SetState(s State) error { return a.load(s, "Adamax", "m", "u") }

// State returns a copy of the optimizer's memory.
func (a *RAdam) State() State { return a.save("RAdam", "m", "v") }

// SetState replaces the optimizer's memory.
func (a *RAdam) SetState(s State) error { return a.load(s, "RAdam", "m", "v") }

// State returns a copy of the optimizer's memory.
func (s *SGD) State() State { return s.save("SGD", "b") }

// SetState replaces the optimizer's memory.
func (s *SGD) SetState(state State) error { return s.load(state, "SGD", "b") }

// save copies the memory of an optimizer with these slots.
func (s *slots) save(optimizer string, names ...string) State {
	state := State{Optimizer: optimizer, Steps: s.steps, Rate: s.rate, Rated: s.rated}
	if s.vectors == nil {
		return state
	}
	state.Slots = map[string][]*tensor.Dense{}
	for k, name := range names {
		for _, v := range s.vectors {
			state.Slots[name] = append(state.Slots[name], v.dense(k))
		}
	}
	return state
}

// dense copies a slot. A parameter without elements counts as one of float64.
func (v *vectors) dense(k int) *tensor.Dense {
	if f := v.f32[k]; len(f) > 0 {
		return tensor.New(tensor.WithShape(len(f)), tensor.WithBacking(slices.Clone(f)))
	}
	f := v.f64[k]
	return tensor.New(tensor.WithShape(len(f)), tensor.WithBacking(slices.Clone(f)))
}

// load replaces the memory of an optimizer with these slots. Nothing has changed when it fails.
func (s *slots) load(state State, optimizer string, names ...string) error {
	if state.Optimizer != optimizer {
		return fmt.Errorf("optim: %s: the state is of optimizer %q", optimizer, state.Optimizer)
	}
	if state.Steps < 0 || state.Rated && !validRate(state.Rate) {
		return fmt.Errorf("optim: %s: state of %d steps with a rate of %g: want both at least 0", optimizer, state.Steps, state.Rate)
	}
	made, err := read(state, names)
	if err != nil {
		return fmt.Errorf("optim: %s: state: %w", optimizer, err)
	}
	s.steps, s.rate, s.rated, s.vectors = state.Steps, state.Rate, state.Rated, made
	return nil
}

// read copies the slots of a state.
func read(state State, names []string) ([]vectors, error) {
	if state.Slots == nil {
		if state.Steps > 0 {
			return nil, fmt.Errorf("no slots after %d steps", state.Steps)
		}
		return nil, nil
	}
	if len(state.Slots) != len(names) {
		return nil, fmt.Errorf("%d slots, want %d", len(state.Slots), len(names))
	}
	made := make([]vectors, len(state.Slots[names[0]]))
	for k, name := range names {
		slot, ok := state.Slots[name]
		if !ok || len(slot) != len(made) {
			return nil, fmt.Errorf("slot %q has %d vectors, want %d", name, len(slot), len(made))
		}
		for i, d := range slot {
			if d == nil || d.RequiresIterator() {
				return nil, fmt.Errorf("slot %q, vector %d is nil or not contiguous", name, i)
			}
			switch d.Dtype() {
			case tensor.Float32:
				made[i].f32[k] = slices.Clone(d.Float32s())
			case tensor.Float64:
				made[i].f64[k] = slices.Clone(d.Float64s())
			default:
				return nil, fmt.Errorf("slot %q, vector %d is of %v, want float32 or float64", name, i, d.Dtype())
			}
			if len(made[i].f32[k]) != len(made[i].f32[0]) || len(made[i].f64[k]) != len(made[i].f64[0]) {
				return nil, fmt.Errorf("slot %q, vector %d differs in size or type from slot %q", name, i, names[0])
			}
		}
	}
	return made, nil
}
