package engine

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// Float is an element type of a program.
type Float = kernel.Float

// Machine is the memory that a program runs in, and the kernels that run it. It belongs to one goroutine at a time.
type Machine[T Float] struct {
	prog     *Program
	layout   *layout
	plans    *plans
	common   *plan // of what is done once a run
	kernels  *kernel.Set[T]
	capacity int
	arena    []T
	accums   []T
	scratch  []T
	area     area[T]
	bound    [][]T // of the program's uniform inputs
	stale    bool  // they must be looked at
	prepared bool  // the prologue has run
	counted  int   // rows since the accumulators were cleared
	outputs  map[string]*machineOutput[T]
	summed   []*machineOutput[T] // those that are sums
	rows     map[string][][]T    // inputs per row
	profile  *profile
}

type machineOutput[T Float] struct {
	value Value
	cols  [][]T // of a value per row
	total []T   // of a sum, without what is still in the accumulators, or of a uniform value
}

// NewMachine returns a machine for at most capacity rows a run.
func NewMachine[T Float](p *Program, kernels *kernel.Set[T], capacity int) (*Machine[T], error) {
	if capacity < 1 {
		return nil, fmt.Errorf("engine: machine for %d rows: want at least 1", capacity)
	}
	if size := p.arenaSize(kernel.Pad(capacity)); size > math.MaxInt32 {
		return nil, fmt.Errorf("engine: machine for %d rows: %d elements are too many", capacity, size)
	}
	l := p.layoutFor(capacity)
	m := &Machine[T]{prog: p, layout: l, plans: planFor(p, l, kernels), kernels: kernels, capacity: capacity, stale: true,
		arena: aligned[T](l.arenaN), accums: aligned[T](l.sumsN), scratch: aligned[T](l.scratch),
		area:  area[T]{uniform: aligned[T](l.uniformN(p)), sums: aligned[T](p.sumN), matrices: p.matrices},
		bound: make([][]T, len(p.uniforms)), outputs: map[string]*machineOutput[T]{}, rows: map[string][][]T{}}
	for i := range p.matrices {
		if c := &p.matrices[i]; c.used {
			for k, v := range c.data {
				m.area.uniform[c.off+k] = T(v)
			}
		}
	}
	if l.common != nil {
		m.common = planFor(p, l.common, kernels).part
	}
	for _, in := range p.inputs {
		m.rows[in.name] = m.columns(p.columnsOf(in.buffer, p.buffers[in.buffer]))
	}
	for _, o := range p.outputs {
		out := &machineOutput[T]{value: o.value}
		if o.value.perRow {
			out.cols = m.columns(p.refs[o.value.list])
		} else {
			out.total = make([]T, o.value.view.size())
		}
		if o.value.sum {
			m.summed = append(m.summed, out)
		}
		m.outputs[o.name] = out
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m, nil
}

// columnsOf returns references to all columns of a buffer.
func (p *Program) columnsOf(buffer int32, cols int) []ref {
	refs := make([]ref, cols)
	for j := range refs {
		refs[j] = ref{buffer, int32(j)}
	}
	return refs
}

// columns returns the memory of columns, as many elements each as the machine has rows, or one of what those have in
// common.
func (m *Machine[T]) columns(refs []ref) [][]T {
	out := make([][]T, len(refs))
	for j, r := range refs {
		at, n, area := int(m.prog.columnOffset(m.layout, r)), m.capacity, m.arena
		if m.prog.commonAt[r.area] >= 0 {
			n = 1
			if m.layout.common != nil {
				area = m.area.uniform
			}
		}
		out[j] = area[at : at+n : at+n]
	}
	return out
}

// aligned returns n zeros that start at a multiple of 64 bytes.
func aligned[T Float](n int) []T {
	const line = 64
	size := int(elementSize[T]())
	s := make([]T, n+line/size)
	skip := (line - int(uintptr(unsafe.Pointer(unsafe.SliceData(s)))%line)) % line / size
	return s[skip : skip+n : skip+n]
}

func elementSize[T Float]() uintptr {
	var t T
	return unsafe.Sizeof(t)
}

// Rows returns the columns of the input name per row, nil where there is none: of one number each where all rows of a
// run have it in common.
func (m *Machine[T]) Rows(name string) [][]T { return m.rows[name] }

// Columns returns the columns of the output name per row, nil where there is none.
func (m *Machine[T]) Columns(name string) [][]T {
	if o := m.outputs[name]; o != nil {
		return o.cols
	}
	return nil
}
