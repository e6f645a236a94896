package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// A run of few rows is ruled by the time between two kernels: through Go 8 to 10 ns, in assembly 3. So the steps of a
// layout are planned once for each set of kernels: the calls of assembly that they come down to stand one after the other,
// and are made without a way back to Go.

// plan is the steps of a layout, made ready for a set of kernels.
type plan struct {
	steps  []step
	calls  []kernel.Call
	starts []int // of each step's calls, and their end; a step without any is left to Go
	runs   []run
}

// run is steps that are done together: all of them calls, so many at a time, or all left to Go.
type run struct{ from, to, batch int }

// plans are those of a layout.
type plans struct {
	part, full *plan // full is for full tiles
}

// planFor returns the plans of a layout for a set of kernels, made once.
func planFor[T Float](p *Program, l *layout, k *kernel.Set[T]) *plans {
	key := planKey{k.ISA, elementSize[T]()}
	p.mu.Lock()
	defer p.mu.Unlock()
	made := l.plans[key]
	if made == nil {
		made = &plans{newPlan(p, l, k, l.steps), newPlan(p, l, k, l.full)}
		l.plans[key] = made
	}
	return made
}

type planKey struct {
	isa  kernel.ISA
	size uintptr // of an element
}

func newPlan[T Float](p *Program, l *layout, k *kernel.Set[T], steps []step) *plan {
	out := &plan{steps: steps, starts: make([]int, len(steps)+1)}
	from, work, native := 0, 0, false
	end := func(to int) {
		batches := 1 + work/longestRun
		out.runs = append(out.runs, run{from, to, 1 + len(out.callsOf(run{from: from, to: to}))/batches})
		from, work = to, 0
	}
	for i, s := range steps {
		planned := k.Plan(s.call, l.tile, int(s.lanes), func(c kernel.Call) { out.calls = append(out.calls, c) })
		w := p.ops[s.op].work(p) * l.tile
		if i > from && (planned != native || work+w > longestRun) {
			end(i)
		}
		out.starts[i+1], native = len(out.calls), planned
		work += w
	}
	end(len(steps))
	return out
}

// longestRun is the work, in multiply-adds, that assembly does about at most without a way back to Go: a tenth of a
// millisecond, for which a collection of garbage may have to wait.
const longestRun = 1 << 22

// work is about how long an operation takes for a row, in multiply-adds.
func (o *op) work(p *Program) int {
	if products := table[o.code].products; products != nil {
		return products(p, o)
	}
	const elementary = 16 // as long as a function of a number takes
	n := 0
	for _, in := range o.in {
		if in.isColumn() {
			n += len(p.refs[in.list()])
		}
	}
	return n * elementary
}

// callsOf returns the calls of a run, none where it is left to Go.
func (p *plan) callsOf(r run) []kernel.Call { return p.calls[p.starts[r.from]:p.starts[r.to]] }
