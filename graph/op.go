package graph

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gorgonia's own operators that move or sum elements (slice, concat, repeat, reshape, broadcast) drop axes, alias
// their inputs or have wrong second derivatives. The structural operators of this package are therefore operators of
// our own: a rule each, wrapped in one type that speaks Gorgonia's interfaces.

// rule is what tells one structural operator from another. Its String names every attribute: rules of equal text are
// one.
type rule interface {
	fmt.Stringer
	kind() Kind
	arity() int
	// shape returns the result's shape for operands of the given shapes.
	shape(in []tensor.Shape) (tensor.Shape, error)
	// diff returns one gradient per operand, nil where it is zero, in terms of the gradient g of the result.
	diff(in []*Node, g *Node) []*Node
	// differentiable reports for which operands the derivative is not zero everywhere.
	differentiable(i int) bool
	run32(dst matrix[float32], in []matrix[float32])
	run64(dst matrix[float64], in []matrix[float64])
}

// matrix is a row-major or strided view of a tensor's elements.
type matrix[T Float] struct {
	data                 []T
	rows, cols           int
	rowStride, colStride int
}

// Float is an element type of a graph.
type Float interface{ float32 | float64 }

func (m matrix[T]) at(i, j int) T     { return m.data[i*m.rowStride+j*m.colStride] }
func (m matrix[T]) set(i, j int, v T) { m.data[i*m.rowStride+j*m.colStride] = v }

// op makes a rule an operator of Gorgonia's.
type op struct{ rule }

var (
	_ gorgonia.SDOp            = op{}
	_ gorgonia.UsePreallocDoer = op{}
)

// apply adds the operator to the graph of its operands.
func apply(name string, r rule, operands ...*Node) *Node {
	checkMatrix(name, operands...)
	if n := ruled(r, operands); n != nil {
		return n
	}
	n, err := gorgonia.ApplyOp(op{r}, operands...)
	if err != nil {
		fail(name, operands, "%w", err)
	}
	account(n.Graph())
	if !made(n, op{r}, operands) {
		return distinct(name, n, op{r}, operands)
	}
	return n
}

// ruled returns the node of a rule for operands, nil where Gorgonia has to be asked.
func ruled(r rule, operands []*Node) *Node {
	shapes := make([]tensor.Shape, len(operands))
	for i, n := range operands {
		shapes[i] = extents(n)
	}
	s, err := r.shape(shapes)
	if err != nil {
		return nil
	}
	return ledgerOf(operands[0].Graph()).ofRule(r).node(operands[0].Type(), s, operands)
}

func (o op) Arity() int { return o.arity() }

func (o op) Type() hm.Type {
	m := gorgonia.TensorType{Dims: 2, Of: hm.TypeVariable('a')}
	ts := make([]hm.Type, o.arity()+1)
	for i := range ts {
		ts[i] = m
	}
	return hm.NewFnType(ts...)
}

func (o op) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return o.shape(shapes)
}

func (o op) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	shapes := make([]tensor.Shape, len(in))
	for i, v := range in {
		shapes[i] = v.Shape()
	}
	s, err := o.shape(shapes)
	if err != nil {
		return nil, err
	}
	return o.UsePreallocDo(tensor.New(tensor.Of(in[0].Dtype()), tensor.WithShape(s...)), in...)
}

func (o op) UsePreallocDo(dst gorgonia.Value, in ...gorgonia.Value) (gorgonia.Value, error) {
	switch d := dst.Data().(type) {
	case []float32:
		m, err := matrices[float32](append(in, dst))
		if err != nil {
			return nil, fmt.Errorf("graph: %v: %w", o, err)
		}
		o.run32(m[len(in)], m[:len(in)])
	case []float64:
		m, err := matrices[float64](append(in, dst))
		if err != nil {
			return nil, fmt.Errorf("graph: %v: %w", o, err)
		}
		o.run64(m[len(in)], m[:len(in)])
	default:
		return nil, fmt.Errorf("graph: %v: element type %T, want float32 or float64", o, d)
	}
	return dst, nil
}

// matrices views tensors of two axes, transposed ones too, without copying.
func matrices[T Float](values []gorgonia.Value) ([]matrix[T], error) {
	out := make([]matrix[T], len(values))
	for i, v := range values {
		t, ok := v.(tensor.Tensor)
		if !ok || t.Dims() != 2 {
			return nil, fmt.Errorf("operand %d is %v, want a matrix", i+1, v.Shape())
		}
		data, ok := t.Data().([]T)
		if !ok {
			return nil, fmt.Errorf("operand %d has element type %v", i+1, t.Dtype())
		}
		m := matrix[T]{data: data, rows: t.Shape()[0], cols: t.Shape()[1]}
		m.rowStride, m.colStride = m.cols, 1
		if s := t.Strides(); len(s) == 2 {
			m.rowStride, m.colStride = s[0], s[1]
		}
		out[i] = m
	}
	return out, nil
}

func (o op) ReturnsPtr() bool     { return true }
func (o op) CallsExtern() bool    { return true }
func (o op) OverwritesInput() int { return -1 }

func (o op) WriteHash(h hash.Hash) { fmt.Fprintf(h, "ffjord %s", o.String()) }

func (o op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o op) DiffWRT(inputs int) []bool {
	out := make([]bool, inputs)
	for i := range out {
		out[i] = o.differentiable(i)
	}
	return out
}

func (o op) SymDiff(inputs gorgonia.Nodes, _, grad *Node) (out gorgonia.Nodes, err error) {
	defer recoverBailout(&err)
	return o.diff(inputs, grad), nil
}

// recoverBailout makes the private panic of an operator the error of a function that Gorgonia calls.
func recoverBailout(err *error) {
	if r := recover(); r != nil {
		b, ok := r.(bailout)
		if !ok {
			panic(r)
		}
		*err = b.err
	}
}
