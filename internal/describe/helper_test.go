package describe_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/describe"
)

// shape is the interface of the tests, and the types below are what may stand behind it.
type shape interface{ Area() float64 }

type (
	square  struct{ Side float64 }
	word    string
	count   int
	pair    [2]float64
	group   []shape
	areas   map[string]float64
	hook    func() float64
	counted struct{ calls, Hits int }
	framed  struct {
		square // what an unexported type brings along
		Frame  shape
	}
	everything struct {
		Yes      bool
		I        int
		I8       int8
		U        uint16
		F        float64
		F32      float32
		S        string
		List     []int
		Rows     [][]float64
		Three    [3]int
		Inner    square
		At       *square
		By       map[word]float64
		Any      shape
		Method   *method
		Source   *source
		Hook     hook
		Callback func()
	}
)

func (square) Area() float64     { return 0 }
func (word) Area() float64       { return 0 }
func (count) Area() float64      { return 0 }
func (pair) Area() float64       { return 0 }
func (group) Area() float64      { return 0 }
func (areas) Area() float64      { return 0 }
func (hook) Area() float64       { return 0 }
func (*counted) Area() float64   { return 0 }
func (framed) Area() float64     { return 0 }
func (everything) Area() float64 { return 0 }

// method is shared, and source is given.
type (
	method struct{ Weights []float64 }
	source struct{ state int }
)

var (
	euler = &method{[]float64{1}}
	dice  = &source{6}
)

// codec knows the types above.
func codec(t testing.TB) *describe.Codec {
	types := &describe.Types{}
	for name, of := range map[string]any{
		"square": square{}, "word": word(""), "count": count(0), "pair": pair{}, "group": group(nil), "areas": areas(nil),
		"counted": (*counted)(nil), "framed": framed{}, "everything": everything{}, "stranger": struct{ X int }{},
	} {
		require.NoError(t, types.Add(name, of))
	}
	return &describe.Codec{
		Types:   types,
		Shared:  map[string]any{"euler": euler},
		Given:   map[reflect.Type]any{reflect.TypeFor[*source](): dice},
		Dropped: []reflect.Type{reflect.TypeFor[hook]()},
	}
}

// drawing is what the tests describe.
type drawing struct {
	Dim   int
	Shape shape
}
