package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/nn"
)

// convertCommand takes weights out of models and puts others in.
type convertCommand struct {
	File  string `arg:"" help:"Model to take the weights of; with -into, weights of another framework, .safetensors or .npz."`
	Out   string `short:"o" help:"Output: with -into a model; else weights, .safetensors or .npz." placeholder:"FILE"`
	Into  string `help:"Model that the weights are for, which stays as it is." placeholder:"MODEL"`
	Rules string `help:"File that says where each parameter is among the weights, as JSON." placeholder:"FILE"`
	List  bool   `help:"List the names and shapes in the file, and write nothing."`
}

// Help is shown below the flags.
func (convertCommand) Help() string {
	return `Without -into the weights of a model are written under their names, for other frameworks to read. With -into weights that
another framework has written, such as save_file(model.state_dict(), path) of PyTorch, are put into a copy of a model of
the same shape. The rules are a list; the first whose "param" is all of a parameter's name, as a regular expression,
says where it is, and $1 stands for the first group. Parameters without a rule have their own name in the file:

    [
      {"param": "block0\\.(\\d+)\\.weight", "tensor": "net.$1.weight", "transpose": true},
      {"param": "block0\\.(\\d+)\\.bias", "tensor": "net.$1.bias"}
    ]

"slice": [[from, to], ...] cuts each axis, "shape": [...] reshapes, "transpose" reverses the axes, in this order; "below"
has further pieces, whose rows follow; "keep": true leaves the parameter as it is in the model. PyTorch's Linear has its
weight as (out, in), here it is (in, out).

Checkpoints that torch.save has written are not read: they are pickles, which run code of whoever wrote them.

Examples:
  ffjord convert rows.safetensors -o weights.npz
  ffjord convert net.safetensors -into rows.safetensors -rules rules.json -o new.safetensors`
}

// Run converts.
func (c convertCommand) Run(a *app) error {
	if c.List {
		return c.list(a)
	}
	if c.Out == "" {
		return usagef("want an output: -o FILE, or -list")
	}
	if err := apart(c.Out, c.File, c.Into, c.Rules); err != nil {
		return err
	}
	if c.Into == "" {
		if c.Rules != "" {
			return usagef("-rules without -into MODEL")
		}
		return c.export(a)
	}
	if err := checkEnding("o", c.Out, ".safetensors"); err != nil {
		return err
	}
	return c.importInto(a)
}

// export writes the weights of a model.
func (c convertCommand) export(a *app) error {
	if err := checkEnding("o", c.Out, ".safetensors", ".npz"); err != nil {
		return err
	}
	params, _, err := nn.LoadParams(c.File)
	if err != nil {
		return noPickle(c.File, err)
	}
	if strings.EqualFold(filepath.Ext(c.Out), ".npz") {
		err = writeNPZ(c.Out, params)
	} else {
		err = params.Save(c.Out, nil)
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(map[string]any{"out": c.Out, "parameters": params.Len(), "numbers": params.Count()})
	}
	_, err = fmt.Fprintf(a.err, "%s: %d parameters, %d numbers\n", c.Out, params.Len(), params.Count())
	return err
}

// imported says where a parameter's numbers are from.
type imported struct {
	Param  string `json:"param"`
	Tensor string `json:"tensor"` // empty where the parameter is as it was
}

// importInto puts weights into a copy of a model.
func (c convertCommand) importInto(a *app) error {
	rules, err := readRules(c.Rules)
	if err != nil {
		return err
	}
	flow, save, err := c.target(a)
	if err != nil {
		return err
	}
	var names []string
	for p := range flow.Params.All() {
		names = append(names, p.Name())
	}
	sources, err := rules.sources(names)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Rules, err)
	}
	r, err := openWeights(c.File, wanted(sources))
	if err != nil {
		return err
	}
	defer r.Close()
	if err := flow.Params.ImportFrom(r, func(param string) nn.Source { return sources[param] }); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if err := save(c.Out); err != nil {
		return err
	}
	var told []imported
	for _, name := range names {
		told = append(told, imported{name, sources[name].Tensor})
	}
	if a.json {
		return a.writeJSON(map[string]any{"out": c.Out, "parameters": told})
	}
	lines := tabwriter.NewWriter(a.err, 0, 0, 2, ' ', 0)
	for _, i := range told {
		from := i.Tensor
		if from == "" {
			from = "(kept)"
		}
		fmt.Fprintf(lines, "%s\tfrom %s\n", i.Param, from)
	}
	return lines.Flush()
}

// target loads the model that weights are for: one with a table, or a flow alone. What the file says of how the old
// weights did is no longer true, and is left out.
func (c convertCommand) target(a *app) (*flows.Flow, func(path string) error, error) {
	if err := checkModel(c.Into); err != nil {
		return nil, nil, err
	}
	m, err := model.Load(a.ctx, c.Into, nil)
	if errors.Is(err, model.ErrNoTable) {
		flow, err := flows.Load(a.ctx, c.Into, fixedNoise(), nil)
		if err != nil {
			return nil, nil, err
		}
		return flow, func(path string) error { return flow.Save(path, nil) }, nil
	}
	if err != nil {
		return nil, nil, err
	}
	m.About.Version, m.About.Args = version(), a.args
	m.About.LogProb, m.About.TestLogProb, m.About.Baselines, m.About.Test = model.Quantiles{}, model.Mean{}, nil, 0
	return m.Flow, func(path string) error { return m.Save(path, nil) }, nil
}
