package ode

import (
	"fmt"
	"math"
	"strings"
)

// Solver says how a problem is solved. With Steps it takes that many equal steps; without, every row chooses its own
// steps such that the error estimate of each stays below its tolerance.
type Solver struct {
	Method *Tableau // nil is Dopri5, or RK4 with Steps
	Steps  int      // number of equal steps; zero is steps by tolerance

	// Unrolled writes all equal steps into one graph, and its gradient into another, instead of looping one step. It
	// computes the same; both graphs grow with Steps. It has no dense output.
	Unrolled bool

	// The error estimate e of a step from y to y₁ is measured as the root mean square over the components in the error
	// norm of e/(ATol + RTol·max(|y|, |y₁|)); a step is accepted where that is at most 1.
	RTol, ATol float64     // zero is 1e-3 and 1e-5
	Components []Tolerance // of single components of the state; those beyond its length follow RTol and ATol
	Control    Control     // how the next step is chosen
	MaxSteps   int         // attempts of a row, accepted or not, that end a solve with an error; zero is 10000

	// MaxRecord bounds the bytes that the record of one solve by one Worker may take, for going back through its steps;
	// more is a *LimitError, before equal steps are taken and in the middle of chosen ones. A flow has a worker a core, and
	// in it a record for each block. Zero is 256 MiB.
	MaxRecord int64

	// Shared takes the same steps for all rows of a call, chosen by the root mean square over all of them, as other
	// software does. A row's result then depends on the rows beside it, and the call runs on one core.
	Shared bool

	// Adjoint computes gradients by the adjoint equation, solved backwards by tolerance (Chen et al. 2018), instead of
	// going back through the steps that were taken.
	Adjoint *Adjoint
}

// Tolerance is that of one component of the state.
type Tolerance struct {
	RTol, ATol float64 // zero is the solver's
	Free       bool    // the component is excluded from the error norm
}

// Adjoint says how the adjoint equation is solved. Its state is the state, its cotangent and the gradients of the
// parameters; the gradients are excluded from the error norm (the seminorm of Kidger et al. 2021).
type Adjoint struct {
	RTol, ATol float64 // zero is the solver's
}

// runs returns how many runs of a program take all equal steps.
func (s Solver) runs() int {
	if s.Unrolled {
		return 1
	}
	return s.Steps
}

// Adaptive reports whether rows choose their steps by tolerance.
func (s Solver) Adaptive() bool { return s.Steps == 0 }

// WithDefaults returns the solver with its zero fields filled in, or what is wrong with it.
func (s Solver) WithDefaults() (Solver, error) {
	if s.Steps < 0 {
		return s, fmt.Errorf("ode: %d steps: want at least 1, or 0 for steps by tolerance", s.Steps)
	}
	if s.Method == nil {
		s.Method = Dopri5
		if s.Steps > 0 {
			s.Method = RK4
		}
	}
	if err := s.Method.check(); err != nil {
		return s, err
	}
	if s.MaxRecord < 0 {
		return s, fmt.Errorf("ode: MaxRecord is %d bytes: want at least 1, or 0 for 256 MiB", s.MaxRecord)
	}
	if s.MaxRecord == 0 {
		s.MaxRecord = 256 << 20
	}
	if s.Unrolled && s.Steps == 0 {
		return s, fmt.Errorf("ode: Unrolled is for equal steps; set Steps")
	}
	if s.Steps > 0 {
		if s.Shared {
			return s, fmt.Errorf("ode: Shared is for steps by tolerance; %d equal steps are the same for all rows", s.Steps)
		}
		if s.Adjoint != nil {
			return s, fmt.Errorf("ode: Adjoint is for steps by tolerance; the gradient of %d equal steps goes back through them", s.Steps)
		}
		return s, nil
	}
	if s.Method.E == nil || s.Method.ErrorOrder < 1 {
		return s, fmt.Errorf("ode: method %q has no error estimate to choose steps by; set Steps, or take one of %s", s.Method.Name, embedded())
	}
	var err error
	if s.RTol, err = tolerance("RTol", s.RTol, 1e-3); err != nil {
		return s, err
	}
	if s.ATol, err = tolerance("ATol", s.ATol, 1e-5); err != nil {
		return s, err
	}
	s.Components = append([]Tolerance(nil), s.Components...)
	for i := range s.Components {
		c := &s.Components[i]
		if c.RTol, err = tolerance(fmt.Sprintf("Components[%d].RTol", i), c.RTol, s.RTol); err != nil {
			return s, err
		}
		if c.ATol, err = tolerance(fmt.Sprintf("Components[%d].ATol", i), c.ATol, s.ATol); err != nil {
			return s, err
		}
	}
	if s.MaxSteps < 0 {
		return s, fmt.Errorf("ode: MaxSteps is %d: want at least 1, or 0 for 10000", s.MaxSteps)
	}
	if s.MaxSteps == 0 {
		s.MaxSteps = 10000
	}
	if s.Adjoint != nil {
		a := *s.Adjoint
		if a.RTol, err = tolerance("Adjoint.RTol", a.RTol, s.RTol); err != nil {
			return s, err
		}
		if a.ATol, err = tolerance("Adjoint.ATol", a.ATol, s.ATol); err != nil {
			return s, err
		}
		s.Adjoint = &a
	}
	s.Control, err = s.Control.withDefaults()
	return s, err
}

// embedded returns the names of the package's methods that have an error estimate.
func embedded() string {
	var names []string
	for _, m := range Methods() {
		if m.E != nil {
			names = append(names, m.Name)
		}
	}
	return strings.Join(names, ", ")
}

func tolerance(name string, v, zero float64) (float64, error) {
	switch {
	case v == 0:
		return zero, nil
	case !(v > 0) || math.IsInf(v, 1):
		return v, fmt.Errorf("ode: %s is %v: want a positive number, or 0 for %v", name, v, zero)
	}
	return v, nil
}

// component returns the tolerance of component c.
func (s Solver) component(c int) Tolerance {
	if c < len(s.Components) {
		return s.Components[c]
	}
	return Tolerance{RTol: s.RTol, ATol: s.ATol}
}
