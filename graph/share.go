package graph

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"

	"github.com/go-ffjord/ffjord/internal/engine"
)

// programs are what the graphs of one budget have been compiled to, for those that are equal: the blocks of a flow
// often have one architecture. They share their memory's layout and the calls of the kernels too.
type programs struct {
	sync.Mutex
	of map[[sha256.Size]byte]*engine.Program
}

// lowered returns the native program of a graph, that of an equal one of the same budget if there is one.
func (g *Graph) lowered(t *typing) (*engine.Program, error) {
	if !g.shares {
		return lower(g, t)
	}
	key := sha256.Sum256(g.text(t))
	shared := &g.budget.programs
	shared.Lock()
	p := shared.of[key]
	shared.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := lower(g, t)
	if err != nil {
		return nil, err
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.of == nil {
		shared.of = map[[sha256.Size]byte]*engine.Program{}
	}
	shared.of[key] = p
	return p, nil
}

// text writes all that a native program of a graph depends on.
func (g *Graph) text(t *typing) []byte {
	w := textWriter{text: make([]byte, 0, 64*len(t.nodes))}
	w.word(g.dtype.Name())
	for _, in := range g.inputs {
		w.word(in.Name)
		w.numbers(t.place(in.Node), asNumber(in.PerRow), asNumber(in.Common), in.Rows, in.Cols)
	}
	for i, v := range t.views {
		w.word(string(v.Kind))
		w.word(v.Node.Dtype().Name())
		w.numbers(int(t.kinds[i]), dims(v.Node), len(v.Inputs))
		w.numbers(extents(v.Node)...)
		for _, n := range v.Inputs {
			w.numbers(t.place(n))
		}
		w.numbers(asNumber(v.TransA), asNumber(v.TransB), v.Axis, len(v.Axes))
		w.numbers(v.Axes...)
		w.numbers(v.From, v.To, v.Step, v.Total, asNumber(v.Scalar))
		w.bits(v.Value)
		if v.Kind == OpConstant && !v.Scalar {
			w.elements(v.Node)
		}
	}
	for _, o := range g.outputs {
		w.word(o.Name)
		w.numbers(t.place(o.Node))
	}
	return w.text
}

type textWriter struct{ text []byte }

func (w *textWriter) word(s string) {
	w.numbers(len(s))
	w.text = append(w.text, s...)
}

func (w *textWriter) numbers(ns ...int) {
	for _, n := range ns {
		w.text = binary.AppendVarint(w.text, int64(n))
	}
}

func (w *textWriter) bits(v float64) {
	w.text = binary.LittleEndian.AppendUint64(w.text, math.Float64bits(v))
}

// elements writes those of a constant.
func (w *textWriter) elements(n *Node) {
	switch d := n.Value().Data().(type) {
	case []float32:
		w.numbers(len(d))
		for _, v := range d {
			w.bits(float64(v))
		}
	case []float64:
		w.numbers(len(d))
		for _, v := range d {
			w.bits(v)
		}
	}
}

func asNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}
