package graph

import (
	"bytes"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"sync"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A graph has hundreds of nodes and a dozen operators. For each node Gorgonia infers types by unification, writes
// types, shapes and operators as text for the sake of a hash, and looks at ten interfaces. What depends on the operator
// and the types of its operands alone is therefore found once, and kept as a recipe; nodes are made from it, the same
// as Gorgonia would make.

// recipe is an operator for operands of certain types.
type recipe struct {
	op   gorgonia.Op
	view View   // of a node of it, but for the node and its inputs
	text []byte // what it adds to the hash of a node
}

func newRecipe(o gorgonia.Op, v View) *recipe {
	var text hashText
	o.WriteHash(&text)
	v.Node, v.Inputs = nil, nil
	return &recipe{op: o, view: v, text: text.Bytes()}
}

// hashText is the text that an operator writes into a hash.
type hashText struct{ bytes.Buffer }

var _ hash.Hash = (*hashText)(nil)

func (h *hashText) Sum(b []byte) []byte { return append(b, h.Bytes()...) }
func (*hashText) Size() int             { return 0 }
func (*hashText) BlockSize() int        { return 1 }

// recipes are those of Gorgonia's operators: what is true of Gorgonia's code alone, and so the same for whoever asks
// first. They are of the package and not of a Budget or an integrator, since these live for one flow: asking Gorgonia
// anew for each takes a sixth of the time of building and compiling a step (1.9 ms in place of 1.6). Their keys are
// kinds and types, of which there are some dozens, so that they need no bound.
var recipes = struct {
	sync.RWMutex
	of map[recipeKey]*recipe
}{of: map[recipeKey]*recipe{}}

type recipeKey struct {
	kind           Kind
	transA, transB bool
	a, b           hm.Type // of the operands, nil where there is none
}

// find returns the recipe of a key, made by a function that returns a node of it where there is none yet.
func (k recipeKey) find(sample func() *Node) *recipe {
	recipes.RLock()
	r := recipes.of[k]
	recipes.RUnlock()
	if r != nil {
		return r
	}
	n := sample()
	r = newRecipe(n.Op(), mustRead(n))
	recipes.Lock()
	defer recipes.Unlock()
	recipes.of[k] = r
	return r
}

// node returns the node of the recipe for operands, of type t and shape s: the one that the graph has, or a new one. It
// returns nil where Gorgonia has to be asked: the operands are not of one graph, or the hash is another node's.
func (r *recipe) node(t hm.Type, s tensor.Shape, operands []*Node) *Node {
	expr := operands[0].Graph()
	for _, n := range operands {
		if n.Graph() != expr || expr == nil {
			return nil
		}
	}
	l := ledgerOf(expr)
	h := r.hash(t, s, operands)
	if old, ok := (*byHashOf.of(expr))[h]; ok {
		if old != nil && old.Op() == r.op && slices.Equal(inputs(old), operands) {
			return old
		}
		return nil
	}
	n := l.node()
	in := l.list(len(operands))
	copy(in, operands)
	*opOf.of(n), *childrenOf.of(n) = r.op, in
	enter(expr, l, n, t, s, h)
	if l == nil {
		index(expr)
		return n
	}
	l.note(n, r)
	l.account()
	return n
}

// newInput adds an input to a graph.
func newInput(expr *gorgonia.ExprGraph, name string, t hm.Type, s tensor.Shape) *Node {
	text := append(appendShape(appendType(nil, t), s), name...)
	h := fnv32a(append(text, 0)) // it has no operands
	if _, taken := (*byHashOf.of(expr))[h]; taken {
		n := gorgonia.NewUniqueNode(gorgonia.In(expr), gorgonia.WithType(t), gorgonia.WithShape(s...), gorgonia.WithName(name))
		account(expr)
		return checkInput(n, name)
	}
	l := ledgerOf(expr)
	n := l.node()
	*nameOf.of(n) = name
	enter(expr, l, n, t, s, h)
	l.account()
	return n
}

// hash returns the hash that Gorgonia gives such a node.
func (r *recipe) hash(t hm.Type, s tensor.Shape, operands []*Node) uint32 {
	var room [128]byte
	text := appendShape(appendType(room[:0], t), s)
	text = append(text, r.text...)
	text = append(text, byte(len(operands)))
	for _, n := range operands {
		h := n.Hashcode()
		text = append(text, byte(h), byte(h>>8), byte(h>>16), byte(h>>24))
	}
	return fnv32a(text)
}

func appendType(text []byte, t hm.Type) []byte {
	if m, ok := t.(gorgonia.TensorType); ok && m.Dims == 2 {
		if d, ok := m.Of.(tensor.Dtype); ok {
			return append(append(text, "Matrix "...), d.Name()...)
		}
	}
	return fmt.Append(text, t)
}

func appendShape(text []byte, s tensor.Shape) []byte {
	text = append(text, '(')
	for i, n := range s {
		if i > 0 {
			text = append(text, ", "...)
		}
		text = strconv.AppendInt(text, int64(n), 10)
	}
	return append(text, ')')
}

// fnv32a is hash/fnv's, in one go.
func fnv32a(text []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range text {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
