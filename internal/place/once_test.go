package place_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/ranks"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

var packages = []string{"graph", "nn", "ode", "flows", "model", "optim", "data", "safetensors", "engine"}

// TestNamesOnce makes calls fail that pass through a package twice, or through several, and wants each named once.
func TestNamesOnce(t *testing.T) {
	folder := t.TempDir()
	csv := filepath.Join(folder, "rows.csv")
	require.NoError(t, os.WriteFile(csv, []byte("x\n1\ntwo\n"), 0o600))
	none := filepath.Join(folder, "none")
	sound := flow(flows.FFJORD{Field: nn.Linear{}, Solver: ode.Solver{Steps: 1}})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"graph": func() error {
			_, err := graph.Build(tensor.Float32, 2, func(g *graph.Graph) { graph.MatMul(g.Rows("x", 2), g.Uniform("w", 3, 1)) })
			return err
		},
		"graph too large": func() error { f := flow(nil); f.MaxNodes = 1; return f.Compile() },
		"layer":           func() error { return flow(flows.FFJORD{Field: nn.MLP{Hidden: []int{0}}}).Compile() },
		"no numbers":      func() error { _, err := new(nn.Params).Declare("w", nil, 1, 1); return err },
		"no file":         func() error { _, _, err := nn.LoadParams(none); return err },
		"no parameters":   func() error { _, _, err := nn.ReadParams(strings.NewReader("x")); return err },
		"import":          func() error { return sound.Params.Import(none, nil) },
		"equation": func() error {
			f := func(t, y *graph.Node, param func(string) *graph.Node) *graph.Node { return param("w") }
			_, err := ode.Solve(ctx, f, data.Rows(1, 1), []float64{0, 1}, nil, ode.Solver{})
			return err
		},
		"width of the equation": func() error {
			f := func(t, y *graph.Node, _ func(string) *graph.Node) *graph.Node { return graph.Concat(y, y) }
			_, err := ode.Solve(ctx, f, data.Rows(1, 1), []float64{0, 1}, nil, ode.Solver{})
			return err
		},
		"gradient of a failure": func() error {
			f := func(t, y *graph.Node, _ func(string) *graph.Node) *graph.Node { return graph.Square(y) }
			s, err := ode.Solve(ctx, f, data.Rows(1, 1), []float64{0, 2}, nil, ode.Solver{MaxSteps: 3})
			require.Error(t, err)
			_, err = s.Gradient(ctx, nil, nil)
			return err
		},
		"base": func() error {
			return (&flows.Flow{Dim: 2, Base: flows.Normal{Loc: []float64{1}}, Params: params()}).Compile()
		},
		"block":     func() error { return flow(flows.Linear{}).Compile() },
		"trace":     func() error { return flow(flows.FFJORD{Field: nn.Linear{}, Trace: flows.Hutchinson{}}).Compile() },
		"method":    func() error { return flow(flows.FFJORD{Field: nn.Linear{}, Solver: ode.Solver{Steps: -1}}).Compile() },
		"save":      func() error { return flow(flows.FFJORD{}).Save(none, nil) },
		"write":     func() error { return flow(flows.FFJORD{}).Write(io.Discard, nil) },
		"func":      func() error { return flow(flows.FFJORD{Field: nn.Func(graph.Tanh)}).Write(io.Discard, nil) },
		"load":      func() error { _, err := model.Load(ctx, none, nil); return err },
		"read":      func() error { return read(t, sound, `{}`) },
		"read base": func() error { return read(t, sound, `{"Dim":2,"Base":{"type":"flows.Normal","Loc":[1]}}`) },
		"read block": func() error {
			return read(t, sound, `{"Dim":2,"Blocks":{"type":"flows.FFJORD","Field":{"type":"nn.Linear"},"Solver":{"Steps":-1}}}`)
		},
		"read layer": func() error {
			return read(t, sound, `{"Dim":2,"Blocks":{"type":"flows.FFJORD","Field":{"type":"nn.MLP","Hidden":[0]}}}`)
		},
		"rows":         func() error { _, err := sound.LogProb(ctx, data.Rows(3, 1, 2, 3)); return err },
		"overflow":     func() error { _, err := sound.LogProb(ctx, data.Rows(2, 1, 1e300)); return err },
		"cancelled":    func() error { _, err := sound.LogProb(cancelled, data.Rows(2, 1, 1)); return err },
		"sample":       func() error { _, err := sound.Sample(cancelled, 3, rand.New(rand.NewPCG(1, 0))); return err },
		"whiten":       func() error { _, err := flows.Whiten(nil, 0); return err },
		"defaults":     func() error { _, err := flows.Defaults(nil, nil); return err },
		"train":        func() error { return optim.Trainer{}.Run(ctx, sound.NLL(), nil) },
		"train badly":  func() error { return optim.Trainer{Epochs: 1}.Run(ctx, sound.NLL(), data.Rows(3, 1, 2, 3)) },
		"train on NaN": func() error { return optim.Trainer{Epochs: 1}.Run(ctx, sound.NLL(), data.Rows(2, math.NaN(), 2)) },
		"observer": func() error {
			observe := func(optim.Event) error { return optim.Trainer{Batch: -1}.Run(ctx, sound.NLL(), data.Rows(2, 1, 1)) }
			return optim.Trainer{Epochs: 1, Observe: observe}.Run(ctx, sound.NLL(), data.Rows(2, 1, 1))
		},
		"ranks": func() error {
			return apart(ctx, func() optim.Objective {
				return flow(flows.FFJORD{Field: nn.Linear{}, Solver: ode.Solver{Steps: 1}}).NLL()
			})
		},
		"csv":       func() error { _, err := data.CSV{}.ReadFile(csv); return err },
		"no csv":    func() error { _, err := data.CSV{}.ReadFile(none); return err },
		"stream":    func() error { _, err := data.NewStream(data.CSV{}.Open(csv), data.StreamOptions{}); return err },
		"no stream": func() error { _, err := data.NewStream(data.OpenNPY(csv), data.StreamOptions{}); return err },
		"split":     func() error { _, err := data.Holdout{}.SplitTable(data.Table{}, nil); return err },
		"concat":    func() error { _, err := column("a").Concat(column("b")); return err },
		"recipe": func() error {
			_, _, err := data.Recipe{Columns: map[string]data.Rule{"c": {}}}.Fit(column("a"))
			return err
		},
		"learn": func() error { _, _, err := model.Learner{}.Learn(ctx, data.Table{}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.Error(t, err)
			parts := strings.Split(err.Error(), ": ")
			assert.Contains(t, packages, parts[0], err)
			times := make(map[string]int)
			for _, part := range parts {
				times[part]++
			}
			for _, name := range packages {
				assert.LessOrEqual(t, times[name], 1, "%s in %v", name, err)
			}
		})
	}
}

// read reads the file of a flow with another description.
func read(t *testing.T, f *flows.Flow, description string) error {
	var file, changed bytes.Buffer
	require.NoError(t, f.Write(&file, nil))
	p, metadata, err := nn.ReadParams(&file)
	require.NoError(t, err)
	metadata["flow"] = description
	require.NoError(t, p.Write(&changed, metadata))
	_, err = flows.Read(t.Context(), &changed, nil, nil)
	return err
}

// apart trains on two ranks, of which one fails, and returns what the other says.
func apart(ctx context.Context, train func() optim.Objective) error {
	var said [2]error
	var wait sync.WaitGroup
	for rank, r := range ranks.New(2) {
		wait.Go(func() {
			observe := func(optim.Event) error {
				if rank == 1 {
					return errors.New("a broken disk")
				}
				return nil
			}
			fit := optim.Trainer{Epochs: 2, Batch: 1, Seed: 1, Reducer: r, Observe: observe}
			said[rank] = fit.Run(ctx, train(), data.Rows(2, 1, 1, 2, 2))
		})
	}
	wait.Wait()
	return said[0]
}

func params() *nn.Params { return nn.NewParams(rand.New(rand.NewPCG(1, 0))) }

func flow(blocks flows.Block) *flows.Flow {
	return &flows.Flow{Dim: 2, Blocks: blocks, Params: params()}
}

func column(name string) data.Table {
	return data.Table{Names: []string{name}, Rows: data.Rows(1, 1, 2, 3)}
}
