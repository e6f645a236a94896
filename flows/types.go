package flows

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/go-ffjord/ffjord/internal/describe"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Types name the types of one's own that a flow is made of, layers, traces, blocks and the like, each by a value of it,
// such as its zero:
//
//	flows.Types{"gate": Gate{}, "lens": (*Lens)(nil)}
//
// A file keeps the names, so that a type may be renamed in Go; all exported fields of a value are kept, by their names.
type Types map[string]any

// UnknownTypeError says that a file names a type of one's own that Load was not given.
type UnknownTypeError = describe.UnknownTypeError

// UnnamedTypeError says that a flow has a value of a type of one's own that Save was given no name for.
type UnnamedTypeError = describe.UnnamedTypeError

// library are the types of this module that may stand behind an interface in a flow. Files have their names in Go.
func library() []any {
	return []any{
		nn.Seq{}, nn.Activation(""), nn.Swish{}, nn.MLP{}, nn.Residual{}, nn.Mixture{},
		nn.Linear{}, nn.GatedLinear{}, nn.Squash{}, nn.ConcatSquash{}, nn.ConcatV2{}, nn.Blend{}, nn.Hyper{},
		nn.TimeColumns(""), nn.Fourier{},
		Chain{}, FFJORD{}, Affine{}, Standardize{}, MovingBatchNorm{}, Logit{}, Permute{}, Linear{},
		Exact{}, Hutchinson{}, Auto{}, ProbeNoise(""), FieldPenalty(""),
		Normal{}, Uniform{}, StudentT{}, GaussianMixture{},
	}
}

// codec describes flows that are made of the library's types and own.
func codec(own Types, rng *rand.Rand) (*describe.Codec, error) {
	types := &describe.Types{}
	if err := types.AddOwn(library()...); err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := types.Add(name, own[name]); err != nil {
			return nil, fmt.Errorf("types: %w", err)
		}
	}
	methods := map[string]any{}
	for _, m := range ode.Methods() {
		methods[m.Name] = m
	}
	return &describe.Codec{
		Types:   types,
		Shared:  methods,
		Given:   map[reflect.Type]any{reflect.TypeFor[*rand.Rand](): rng},
		Dropped: []reflect.Type{reflect.TypeFor[nn.Init]()}, // parameters in a file have their values
	}, nil
}
