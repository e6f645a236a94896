package main

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// fitCommand learns the density of a file's rows.
type fitCommand struct {
	File string `arg:"" name:"rows" help:"File of rows, - is standard input."`
	Out  string `short:"o" help:"Model to write. Without it rows.csv makes rows.safetensors in this folder." placeholder:"FILE"`

	Columns    []string `help:"Columns whose density is learnt; without it all." placeholder:"NAME" group:"Columns"`
	Exclude    []string `help:"Columns to leave out." placeholder:"NAME" group:"Columns"`
	Given      []string `help:"Columns of the condition c of a density p(x|c)." placeholder:"NAME" group:"Columns"`
	Categories []string `help:"Columns that hold categories, though they may look like numbers." placeholder:"NAME" group:"Columns"`

	Budget     time.Duration `default:"1m" help:"Time that the whole fit may take; 0 is no bound." group:"Training"`
	Seed       uint64        `default:"1" help:"Seed of everything random." group:"Training"`
	Epochs     int           `help:"How often every row is seen." placeholder:"N" group:"Training"`
	Batch      int           `help:"Rows of a step." placeholder:"N" group:"Training"`
	Rate       float64       `help:"Learning rate at the start." placeholder:"R" group:"Training"`
	Patience   int           `help:"Validations without a better one that end the run." placeholder:"N" group:"Training"`
	Test       float64       `default:"0.1" help:"Share of the rows that is kept for the figures." group:"Training"`
	Validation float64       `default:"0.1" help:"Share of the others that chooses the best parameters." group:"Training"`
	Rows       int           `help:"Rows to keep of a file that memory has no room for, drawn at random. Without it all." placeholder:"N" group:"Training"`
	Resume     bool          `help:"Go on with the run that was interrupted: same file, same flags." group:"Training"`
	Restart    bool          `help:"Begin anew though an interrupted run was kept." group:"Training"`
	History    string        `help:"Table of the losses to write, .csv, for ffjord plot losses." placeholder:"FILE" group:"Training"`
	DryRun     bool          `help:"Tell what was found and what would be done, and do nothing." group:"Training"`

	architecture
	input
}

// Help is shown below the flags.
func (fitCommand) Help() string {
	return `All rows are held in memory, where a number takes about 80 bytes: five million rows of two columns take 0.75 GB. Where a file has
more than there is room for, fit says so before it reads on, and -rows learns from some of them.

Figures are log-densities of the test rows, and ± is the standard error of their mean over these: another test would
give others. It knows nothing of another seed or of more training.

Examples:
  ffjord fit rows.csv
  ffjord fit sales.parquet -exclude id -given city,weekday -budget 10m -o sales.safetensors`
}

// Run reads the rows, learns their density, and says how well.
func (c fitCommand) Run(a *app) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	began := time.Now()
	team, err := join()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, team.leave(err)) }()
	j, err := c.job(a)
	if err != nil {
		return err
	}
	j.plan.trainer.Reducer = team.reducer
	switch {
	case c.DryRun && team.first():
		return j.tellPlan(a)
	case c.DryRun:
		return nil
	case !team.first(): // which does all but the training
		return j.fit(a, began, nil)
	}
	held, err := hold(c.Out + ".lock")
	if err != nil {
		return fmt.Errorf("%s: %w", c.Out, err)
	}
	defer held.release()
	if err := table.Try(c.Out); err != nil {
		return err
	}
	if c.History != "" {
		if err := checkEnding("history", c.History, ".csv"); err != nil {
			return err
		}
	}
	if !a.json {
		if err := j.tell(a.err); err != nil {
			return err
		}
	}
	m, err := j.train(a, began)
	if err != nil {
		return err
	}
	if err := j.judge(a, m, began); err != nil {
		return err
	}
	if err := m.Save(c.Out, nil); err != nil {
		return err
	}
	j.forget()
	return j.report(a, m, time.Since(began))
}

// check refuses flags that make no sense, and fills in the output's name.
func (c *fitCommand) check() error {
	switch {
	case c.Budget < 0:
		return usagef("-budget %v, want 0 or more", c.Budget)
	case c.Epochs < 0 || c.Batch < 0 || c.Patience < 0:
		return usagef("-epochs %d, -batch %d, -patience %d, want 1 or more of each", c.Epochs, c.Batch, c.Patience)
	case c.Rows < 0:
		return usagef("-rows %d, want at least 1", c.Rows)
	case !(c.Rate >= 0) || math.IsInf(c.Rate, 1):
		return usagef("-rate %v, want a positive number", c.Rate)
	case !(c.Test > 0 && c.Test < 1 && c.Validation > 0 && c.Validation < 1):
		return usagef("-test %v, -validation %v, want shares above 0 and below 1", c.Test, c.Validation)
	case c.Resume && c.Restart:
		return usagef("-resume and -restart, want one of them")
	}
	if c.Out == "" {
		name := filepath.Base(c.File)
		for _, ending := range []string{".gz", ".zst", ".csv", ".tsv", ".txt", ".npy", ".npz", ".parquet", ".jsonl", ".ndjson", ".json"} {
			name = strings.TrimSuffix(name, ending)
		}
		if c.File == "-" {
			name = "model"
		}
		c.Out = name + ".safetensors"
	}
	if ending := filepath.Ext(c.Out); !strings.EqualFold(ending, ".safetensors") {
		return usagef("-o %s, want a name that ends with .safetensors: a model is no table", c.Out)
	}
	if err := apart(c.Out, c.File); err != nil {
		return err
	}
	return c.architecture.check()
}

// job is a fit whose table has been read.
type job struct {
	fitCommand
	args    []string
	found   findings
	print   string // the table's fingerprint
	parts   data.TableParts
	x       data.Transform
	given   data.Transform
	joint   data.Transform // of x and then of what is given, as the flow learns them
	notes   []data.Note
	dropped int // rows of the validation and the test that the transform can't take
	noise   *rand.PCG
	plan    plan
	late    string // what the budget has left out, if anything
}

// job reads the table and plans the fit.
func (c fitCommand) job(a *app) (*job, error) {
	j := &job{fitCommand: c, args: a.args, noise: rand.NewPCG(c.Seed, 1)}
	read, err := j.read(a)
	if err != nil {
		return nil, err
	}
	j.print = read.Fingerprint()
	t, err := j.find(read)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	j.parts, err = data.Holdout{Test: c.Test, Validation: c.Validation}.SplitTable(t, rng)
	if err != nil {
		return nil, err
	}
	if err := j.fitTransforms(); err != nil {
		return nil, err
	}
	if err := j.usable(); err != nil {
		return nil, err
	}
	return j, j.design(rng)
}

// fitTransforms makes the columns fit for a flow, as they are in the rows to be learnt.
func (j *job) fitTransforms() error {
	x := slices.DeleteFunc(slices.Clone(j.parts.Train.Names), func(name string) bool { return slices.Contains(j.Given, name) })
	if len(x) == 0 {
		return usagef("-given takes every column, want at least one whose density is learnt")
	}
	fit := func(names []string, recipe data.Recipe) (data.Transform, error) {
		part, err := j.parts.Train.Select(names...)
		if err != nil {
			return data.Transform{}, err
		}
		transform, notes, err := recipe.Fit(part)
		j.notes = append(j.notes, notes...)
		return transform, err
	}
	var err error
	if j.x, err = fit(x, data.Defaults()); err != nil {
		return err
	}
	near, err := j.nearTwins()
	if err != nil {
		return err
	}
	j.notes = append(j.notes, near...)
	if len(j.Given) > 0 {
		conditions := data.Recipe{Each: data.Rule{Missing: data.Median, DropConstant: true}, DropTwins: true, Condition: true}
		if j.given, err = fit(j.Given, conditions); err != nil {
			return err
		}
	}
	j.joint.Columns = slices.Concat(j.x.Columns, j.given.Columns)
	return nil
}

// usable leaves out rows of the validation and the test that the transform can't take, such as one that misses a value
// where no training row does.
func (j *job) usable() error {
	for _, part := range []*data.Table{&j.parts.Validation, &j.parts.Test} {
		_, _, bad, err := j.joint.ApplyEach(*part, nil)
		if err != nil {
			return err
		}
		if len(bad) == 0 {
			continue
		}
		j.dropped += len(bad)
		refused := make(map[int]bool)
		for _, row := range bad {
			refused[row.Row] = true
		}
		var places []int
		for i := range part.Len() {
			if !refused[i] {
				places = append(places, i)
			}
		}
		if len(places) == 0 {
			return fmt.Errorf("no row of those held out can be taken: %w", bad[0])
		}
		if *part, err = part.Take(places...); err != nil {
			return err
		}
	}
	return nil
}

// about says how the model was made.
func (j *job) about() model.About {
	return model.About{
		Version: version(), Args: j.args, Seed: j.Seed, Fingerprint: j.print,
		Train: j.parts.Train.Len(), Validation: j.parts.Validation.Len(), Test: j.parts.Test.Len(),
		Probes: j.probes(), Columns: j.found.columns(j.joint.Inputs()),
	}
}

// checkpoint is the file that an interrupted run goes on from.
func (c fitCommand) checkpoint() string { return c.Out + ".checkpoint" }

// left returns the time that is left of the budget, or 0 without one.
func (c fitCommand) left(began time.Time) time.Duration {
	if c.Budget == 0 {
		return 0
	}
	return max(c.Budget-time.Since(began), 100*time.Millisecond)
}
