package flows

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/describe"
	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Load reads a flow that Save has written and compiles it. Its log-densities are those of the saved flow bit for bit,
// on the same engine and, where a trace draws noise, with the same draws.
//
// Rng is the source of random numbers of all traces in the flow that need one; it may be nil where none does. Types are
// those that Save was given, by the same names; a type is found by its name alone and its fields by theirs. The engine
// is the native one: for another one put the fields of the flow into a new Flow.
//
// A file may come from a stranger. Load runs nothing of it and makes no value but of the library's types and Types. It
// refuses, with the place in the error, types that it does not know ([*UnknownTypeError]), settings and parameters that
// are missing, of the wrong kind or of no use ([*nn.TensorError]), numbers out of range, files of a later version
// ([*VersionError]) and damaged ones ([*nn.DamagedError]). The layers are asked for their parameters' names and shapes
// before any number is read.
//
// What a few bytes may ask for is bounded, a [*LimitError]: the flow's graphs by the zero Flow.MaxNodes, and what the
// flow may do in a call by 2²⁰ steps of a solver. Over [nn.LoadParams] a larger flow can still be built in Go. Types of
// one's own must check their own settings.
//
// The context ends Load at once. What is being built then goes on behind it until it ends by itself, within these
// bounds.
func Load(ctx context.Context, path string, rng *rand.Rand, types Types) (*Flow, error) {
	f, err := within(ctx, func() (*Flow, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return read(safetensors.WithContext(ctx, file), rng, types)
	})
	if err != nil {
		return nil, place.In("flows: load "+path, err)
	}
	return f, nil
}

// Read reads from r, up to its end, what Load reads from a file: a flow embedded in a program, for one. A Read of r
// that waits for its bytes ends later than ctx.
func Read(ctx context.Context, r io.Reader, rng *rand.Rand, types Types) (*Flow, error) {
	f, err := within(ctx, func() (*Flow, error) { return read(safetensors.WithContext(ctx, r), rng, types) })
	if err != nil {
		return nil, place.In("flows: read", err)
	}
	return f, nil
}

// within returns what load does, or the context's error when that ends first.
func within(ctx context.Context, load func() (*Flow, error)) (*Flow, error) {
	type result struct {
		flow *Flow
		err  error
	}
	done := make(chan result, 1)
	go func() {
		var f *Flow
		err := guard.Go("Load", func() (err error) {
			f, err = load()
			return err
		})
		done <- result{f, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, &shortError{r.err}
		}
		return r.flow, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// shortError is an error with a text of bounded length, whatever a layer says of a setting that came from a file.
type shortError struct{ error }

func (e *shortError) Error() string {
	const most = 1000 // bytes
	text := e.error.Error()
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

func (e *shortError) Unwrap() error { return e.error }

func read(r io.Reader, rng *rand.Rand, types Types) (*Flow, error) {
	c, err := codec(types, rng)
	if err != nil {
		return nil, err
	}
	var f *Flow
	if _, err := nn.ReadParamsFor(r, func(params *nn.Params, metadata map[string]string) error {
		f, err = described(c, params, metadata)
		if err != nil {
			return err
		}
		return f.ask()
	}); err != nil {
		return nil, err
	}
	if err := f.Compile(); err != nil {
		return nil, err
	}
	return f, nil
}

// described makes the flow that metadata describe over parameters whose numbers may not be there yet.
func described(c *describe.Codec, params *nn.Params, metadata map[string]string) (*Flow, error) {
	if err := checkFormat(params, metadata); err != nil {
		return nil, err
	}
	if metadata[versionKey] == "1" {
		c.Shared["dopri8"] = ode.Dop853 // which had this name
	}
	var m model
	if err := c.Read([]byte(metadata[modelKey]), &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return &Flow{Dim: m.Dim, Cond: m.Cond, Base: m.Base, Blocks: m.Blocks, StandardizeCond: m.StandardizeCond, Params: params, Notes: notes(metadata)}, nil
}

// notes returns the notes among the metadata, nil if there are none.
func notes(metadata map[string]string) map[string]string {
	var notes map[string]string
	for key, note := range metadata {
		if name, ok := strings.CutPrefix(key, notePrefix); ok {
			if notes == nil {
				notes = make(map[string]string)
			}
			notes[name] = note
		}
	}
	return notes
}

// VersionError says that a file was written by a later version of this library.
type VersionError struct {
	Version int // of the file's format
	Newest  int // that this library reads
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("it has version %d of the format, and this library reads versions up to %d", e.Version, e.Newest)
}

// checkFormat fails unless the metadata are those of a flow that this version can read, and gives the parameters their
// element type where there are none to tell it.
func checkFormat(params *nn.Params, metadata map[string]string) error {
	if got := metadata[formatKey]; got != format {
		return fmt.Errorf("the metadata name the format %s, want %q; parameters alone are read by nn.Params.Load",
			quote.Text(got), format)
	}
	v, err := strconv.Atoi(metadata[versionKey])
	switch {
	case err != nil || v < 1:
		return fmt.Errorf("the metadata name the version %s, want a number", quote.Text(metadata[versionKey]))
	case v > version:
		return &VersionError{v, version}
	case v == 1:
		return nil
	}
	dtypes := map[string]tensor.Dtype{"float32": tensor.Float32, "float64": tensor.Float64}
	dtype, ok := dtypes[metadata[dtypeKey]]
	if params.Len() == 0 {
		params.Dtype = dtype
	}
	if !ok || params.Dtype != dtype {
		return fmt.Errorf("the metadata name the element type %s, and the parameters have %v",
			quote.Text(metadata[dtypeKey]), params.DtypeOrDefault())
	}
	return nil
}
