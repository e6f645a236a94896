package flows

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/go-ffjord/ffjord/nn"
)

// Load reads a flow that Save has written and compiles it. Its log-densities are those of the saved flow bit for bit, on
// the same engine and, where a trace draws noise, with the same draws.
//
// Rng is the source of random numbers of all traces in the flow that need one; it may be nil where none does. Types are
// those that Save was given, by the same names; a type is found by its name alone and its fields by theirs. The engine
// is the native one: for another one put the fields of the flow into a new Flow.
//
// A file may come from a stranger. Load runs nothing of it and makes no value but of the library's types and Types. It
// refuses, with the place in the error, types that it does not know, settings and parameters that are missing, of the
// wrong kind or of no use, numbers out of range, and files of a later version. It refuses a flow whose graphs would take
// more than about a minute to build, however few bytes ask for it; over nn.LoadParams such a flow can still be built in
// Go. Types of one's own must check their own settings.
func Load(path string, rng *rand.Rand, types Types) (*Flow, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("flows: load: %w", err)
	}
	defer file.Close()
	f, err := read(file, rng, types)
	if err != nil {
		return nil, fmt.Errorf("flows: load %s: %w", path, err)
	}
	return f, nil
}

// Read reads from r, up to its end, what Load reads from a file: a flow embedded in a program, for one.
func Read(r io.Reader, rng *rand.Rand, types Types) (*Flow, error) {
	f, err := read(r, rng, types)
	if err != nil {
		return nil, fmt.Errorf("flows: read: %w", err)
	}
	return f, nil
}

func read(r io.Reader, rng *rand.Rand, types Types) (*Flow, error) {
	c, err := codec(types, rng)
	if err != nil {
		return nil, err
	}
	params, metadata, err := nn.ReadParams(r)
	if err != nil {
		return nil, err
	}
	if err := checkFormat(metadata); err != nil {
		return nil, err
	}
	var m model
	if err := c.Read([]byte(metadata[modelKey]), &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	f := &Flow{Dim: m.Dim, Cond: m.Cond, Base: m.Base, Blocks: m.Blocks, Params: params}
	if err := f.Compile(); err != nil {
		return nil, err
	}
	if unused := params.Unused(); len(unused) > 0 {
		return nil, fmt.Errorf("tensor %q is not of this flow", unused[0])
	}
	return f, nil
}

// checkFormat fails unless the metadata are those of a flow that this version can read.
func checkFormat(metadata map[string]string) error {
	if got := metadata[formatKey]; got != format {
		return fmt.Errorf("the metadata name the format %q, want %q; parameters alone are read by nn.Params.Load", got, format)
	}
	v, err := strconv.Atoi(metadata[versionKey])
	switch {
	case err != nil || v < 1:
		return fmt.Errorf("the metadata name the version %q, want a number", metadata[versionKey])
	case v > version:
		return fmt.Errorf("it has version %d of the format, and this library reads versions up to %d", v, version)
	}
	return nil
}
