package graph

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// reshape copies its operand into another shape of as many elements. Gorgonia's own operator returns a header over the
// operand's memory, which its machine then overwrites while the operand is still needed; derivatives use this one.
type reshape struct{ from, to tensor.Shape }

var (
	_ gorgonia.SDOp            = reshape{}
	_ gorgonia.UsePreallocDoer = reshape{}
)

// reshaped returns a copy of n in another shape, n itself where it has that shape.
func reshaped(n *Node, to tensor.Shape) *Node {
	if n.Shape().Eq(to) && dims(n) == len(to) {
		return n
	}
	out, err := gorgonia.ApplyOp(reshape{n.Shape().Clone(), to.Clone()}, n)
	if err != nil {
		fail("Reshape", []*Node{n}, "%w", err)
	}
	return checkInputs("Reshape", out, n)
}

func (r reshape) String() string { return fmt.Sprintf("Reshape%v", r.to) }
func (reshape) Arity() int       { return 1 }

func (r reshape) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(tensorType(r.from, a), tensorType(r.to, a))
}

func tensorType(s tensor.Shape, a hm.TypeVariable) hm.Type {
	if len(s) == 0 {
		return a
	}
	return gorgonia.TensorType{Dims: len(s), Of: a}
}

func (r reshape) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	if r.from.TotalSize() != r.to.TotalSize() {
		return nil, fmt.Errorf("%v has not as many elements as %v", shapeString(r.from), shapeString(r.to))
	}
	return r.to.Clone(), nil
}

func (r reshape) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	return r.UsePreallocDo(tensor.New(tensor.Of(in[0].Dtype()), tensor.WithShape(r.to...)), in...)
}

func (r reshape) UsePreallocDo(dst gorgonia.Value, in ...gorgonia.Value) (gorgonia.Value, error) {
	switch d := dst.Data().(type) {
	case []float32:
		return dst, copyElements(d, in[0])
	case []float64:
		return dst, copyElements(d, in[0])
	}
	return nil, fmt.Errorf("graph: %v: element type %v, want float32 or float64", r, dst.Dtype())
}

// copyElements writes the elements of v row-major, also where v is a transposed or sliced view.
func copyElements[T Float](dst []T, v gorgonia.Value) error {
	t, ok := v.(*tensor.Dense)
	if !ok {
		x, ok := v.Data().(T)
		if !ok {
			return fmt.Errorf("graph: reshape %T to elements %T", v, dst)
		}
		dst[0] = x
		return nil
	}
	if t.IsScalar() {
		dst[0] = t.Get(0).(T)
		return nil
	}
	src := t.Data().([]T)
	if s := t.Shape(); len(s) == 2 && len(t.Strides()) == 2 { // column-major too, which the iterator would walk as it lies
		m := matrix[T]{src, s[0], s[1], t.Strides()[0], t.Strides()[1]}
		for i := range dst {
			dst[i] = m.at(i/m.cols, i%m.cols)
		}
		return nil
	}
	if !t.RequiresIterator() && !t.DataOrder().IsTransposed() && !t.DataOrder().IsColMajor() {
		copy(dst, src)
		return nil
	}
	it := t.Iterator()
	for i := range dst {
		at, err := it.Next()
		if err != nil {
			return fmt.Errorf("graph: reshape: %w", err)
		}
		dst[i] = src[at]
	}
	return nil
}

func (reshape) ReturnsPtr() bool     { return true }
func (reshape) CallsExtern() bool    { return true }
func (reshape) OverwritesInput() int { return -1 }

func (r reshape) WriteHash(h hash.Hash) { fmt.Fprintf(h, "ffjord reshape %v %v", r.from, r.to) }

func (r reshape) Hashcode() uint32 {
	h := fnv.New32a()
	r.WriteHash(h)
	return h.Sum32()
}

func (reshape) DiffWRT(int) []bool { return []bool{true} }

func (r reshape) SymDiff(_ gorgonia.Nodes, _, grad *Node) (out gorgonia.Nodes, err error) {
	defer recoverBailout(&err)
	return gorgonia.Nodes{reshaped(grad, r.from)}, nil
}
