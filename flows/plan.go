package flows

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// plan is a flow as it is described: checked, its defaults filled in, its traces chosen. It has no element type and no
// graph. Parameters are named by their owner, the base or a block, and owners are numbered once all are known.
type plan struct {
	dim    int
	cond   int // width of the condition, 0 for none
	given  conditionMap
	base   Base
	blocks []blockPlan
	door   int // the number of the first block of the door
	params *nn.Params
	engine graph.Engine
	budget *graph.Budget // of all graphs
	size   int           // of those that Compile builds

	trained []*nn.Param    // that training moves, in the order of params
	offset  map[string]int // of a trained parameter's numbers in a vector of all
	count   int            // of numbers in all trained parameters

	maxBytes *int64    // of the flow, which may change between calls
	parts    LossParts // of the last loss
}

// blockPlan is a block as it is described. It holds no numbers of a call.
type blockPlan interface {
	// kind is the type of a block in closed form, empty for an FFJORD.
	kind() string
	// describe tells what the block is, in a line and others below it.
	describe() (line string, more []string)
	// shared reports whether the block takes the same steps for all rows.
	shared() bool
	// trace is what a call's noise is drawn for, nil for a block without a trace.
	trace(with beside) Trace
	// times returns where a trajectory of so many frames a block stops.
	times(frames int) []float64
	// checkTimes says what is wrong with the times at which a trajectory is to stop.
	checkTimes(times []float64) error
	// penalties returns what training adds to the loss.
	penalties() []Penalty
}

const baseOwner = "base"

// maxNodes is what [Flow.MaxNodes] is where it is zero.
const maxNodes = 1 << 19

// plan checks what can be checked without building graphs. The blocks are planned one by one as they are compiled,
// since choosing a trace draws the parameters of its block, which must come after those of the blocks before it.
func (f *Flow) plan() (*plan, error) {
	if f.Params == nil {
		return nil, errors.New("flows: Params is nil, want the parameters of this flow, such as nn.NewParams(rng)")
	}
	base := f.Base
	if base == nil {
		base = Normal{}
	}
	dim := f.Dim
	if d, ok := base.(interface{ Dim() int }); ok && d.Dim() > 0 {
		if dim != 0 && dim != d.Dim() {
			return nil, fmt.Errorf("flows: Dim is %d: want %d, as the base has, or none", dim, d.Dim())
		}
		dim = d.Dim()
	}
	if dim < 1 {
		return nil, fmt.Errorf("flows: Dim is %d: want at least 1, or a base that knows its own", dim)
	}
	if f.Cond < 0 {
		return nil, fmt.Errorf("flows: Cond is %d: want the width of a condition, or 0 for none", f.Cond)
	}
	if f.MaxNodes < 0 {
		return nil, fmt.Errorf("flows: MaxNodes is %d: want the largest size of all graphs, or 0 for %d", f.MaxNodes, maxNodes)
	}
	given, err := f.conditionMap()
	if err != nil {
		return nil, err
	}
	return &plan{dim: dim, cond: f.Cond, given: given, base: base, params: f.Params, engine: f.Engine, maxBytes: &f.MaxBytes,
		budget: &graph.Budget{Nodes: cmp.Or(f.MaxNodes, maxNodes), Raise: "Flow.MaxNodes"}, offset: map[string]int{}}, nil
}

// scope returns that of an owner of parameters, with the condition where there is one.
func (p *plan) scope(g *graph.Graph, owner string) *nn.Scope {
	g.SetBudget(p.budget)
	s := nn.NewScope(g, p.params, owner, nil)
	if p.cond > 0 {
		s = s.WithCond(g.Rows(condInput, p.cond))
	}
	return s
}

// param returns a parameter of an owner, nil where there is none of that name.
func (p *plan) param(owner, name string) *nn.Param { return p.params.Get(owner + "." + name) }

// number gives the numbers of all trained parameters their places in one vector.
func (p *plan) number() {
	for param := range p.params.All() {
		if param.Trained() && p.owns(param) {
			p.offset[param.Name()] = p.count
			p.trained = append(p.trained, param)
			p.count += param.Value().(*tensor.Dense).DataSize()
		}
	}
}

// hasDoor reports whether what is on the data's side is float64, and the flow is not.
func (p *plan) hasDoor() bool { return p.door < len(p.blocks) }

// owns reports whether a parameter is of this flow: its Params may serve others.
func (p *plan) owns(param *nn.Param) bool {
	owner, _, _ := strings.Cut(param.Name(), ".")
	if owner == baseOwner {
		return true
	}
	for i := range p.blocks {
		if owner == blockOwner(i) {
			return true
		}
	}
	return false
}

// foreign returns the name of a parameter that is not of this flow, empty where there is none.
func (p *plan) foreign() string {
	for param := range p.params.All() {
		if !p.owns(param) {
			return param.Name()
		}
	}
	return ""
}

// model returns the parameters that training moves.
func (p *plan) model() []gorgonia.ValueGrad {
	out := make([]gorgonia.ValueGrad, len(p.trained))
	for i, param := range p.trained {
		out[i] = param
	}
	return out
}

// shared reports whether a block takes the same steps for all rows.
func (p *plan) shared() bool { return slices.ContainsFunc(p.blocks, blockPlan.shared) }
