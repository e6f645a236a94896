package flows

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// The metadata of a file that holds a flow; docs/format.md says what they mean and what is promised about them.
const (
	formatKey  = "format"
	versionKey = "version"
	dtypeKey   = "dtype" // of the parameters, since version 2
	modelKey   = "flow"
	notePrefix = "note." // of the names of Flow.Notes

	format = "ffjord-go flow"
	// version is 2 since files have a checksum and may have no parameters.
	version = 2
)

// model is what a file says of a flow in words, beside its parameters.
type model struct {
	Dim, Cond int
	Base      Base
	Blocks    Block

	StandardizeCond Standardize
}

// Save writes the flow to the file path, for Load to read: Dim, Base, Blocks, Cond and StandardizeCond with all their
// settings, Notes, and the parameters and states in their element type. Types name the types of one's own that the flow
// is made of; nil is none. The flow is compiled first if it was not.
//
// The file is in the safetensors format: other frameworks read the parameters from it, and its metadata have the rest
// as JSON, and a checksum. It appears whole or not at all, in place of an older one of that name.
//
// Engine and Params.Rand are not part of a model. Sources of random numbers in it, such as Hutchinson's, are replaced
// by the one that Load is given, and functions that draw initial values (nn.Init) are left out, for a loaded flow has
// its values. Any other function, an nn.Func for one, can't be saved: make it a type. What can't be saved is an error
// that names the place, such as Blocks[0].Field, and leaves path alone. What is saved loads: a flow that goes beyond
// the bounds of Load is a [*LimitError] here too, and Params.Save keeps its numbers.
func (f *Flow) Save(path string, types Types) error {
	metadata, err := f.metadata(types)
	if err != nil {
		return place.In("flows: save "+path, err)
	}
	return f.Params.Save(path, metadata)
}

// Write writes to w what Save puts into a file. Types are those of Save.
func (f *Flow) Write(w io.Writer, types Types) error {
	metadata, err := f.metadata(types)
	if err != nil {
		return place.In("flows: write", err)
	}
	return f.Params.Write(w, metadata)
}

// metadata describes the flow, whose parameters exist then.
func (f *Flow) metadata(types Types) (map[string]string, error) {
	flow, err := f.compilation(context.Background())
	if err != nil {
		return nil, err
	}
	c, err := codec(types, nil)
	if err != nil {
		return nil, err
	}
	m := model{f.Dim, f.Cond, f.Base, f.Blocks, f.StandardizeCond}
	text, err := c.Write(m)
	if err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	const graphs = "the flow's graphs for Load, which has the zero MaxNodes"
	if err := limit.Check(graphs, int64(flow.plan.size), maxNodes, "nodes", ""); err != nil {
		return nil, err
	}
	if unused := f.Params.Unused(); len(unused) > 0 {
		return nil, fmt.Errorf("parameter %s came from a file and is not of this flow", quote.Text(unused[0]))
	}
	if name := flow.plan.foreign(); name != "" {
		return nil, fmt.Errorf("parameter %s is not of this flow: for a file, a flow must have Params of its own",
			quote.Text(name))
	}
	metadata := map[string]string{
		formatKey:  format,
		versionKey: strconv.Itoa(version),
		dtypeKey:   f.Params.DtypeOrDefault().String(),
		modelKey:   string(text),
	}
	for name, note := range f.Notes {
		if !utf8.ValidString(name) || !utf8.ValidString(note) {
			return nil, fmt.Errorf("the note %s is no UTF-8", quote.Text(name))
		}
		metadata[notePrefix+name] = note
	}
	return metadata, nil
}
