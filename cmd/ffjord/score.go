package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// scoreCommand tells how usual rows are.
type scoreCommand struct {
	Model string `arg:"" help:"Model that fit has made."`
	File  string `arg:"" name:"rows" default:"-" help:"File of rows, - is standard input."`
	Out   string `short:"o" help:"Output: .csv, .npy, .parquet or .jsonl, - is standard output." placeholder:"FILE"`

	Keep      []string `help:"Columns of the rows that stand in the output as they are, before the scores, and in the list of -top: an id, for one." placeholder:"COLUMN,..."`
	Top       int      `help:"List the N strangest rows, with the columns that make them strange." placeholder:"N"`
	Threshold float64  `help:"Exit with code 3 if any row is stranger than this share of the training rows, such as 0.001, or so strange that it has no log-density." placeholder:"SHARE"`
	Batch     int      `default:"8192" help:"Rows computed at a time." placeholder:"N"`
	Follow    bool     `help:"Answer every line of standard input as it comes, as a worker of another program."`
	Shard     string   `help:"Score the i-th of n parts, from 0; i may be env, JOB_COMPLETION_INDEX." placeholder:"I/N"`
	Resume    bool     `help:"Go on where a run that was killed has stopped."`
	input
}

// Help is shown below the flags.
func (scoreCommand) Help() string {
	return `A row of output has the log-density of the row in nats and in the units of the file, the percentile of that among the
training rows, and how many values the row misses. Where traces are estimated it has std_err too, the standard error that
the estimate leaves; that of the solver is bounded by the model's tolerances, and that of what was learnt is in no column.

The columns of -keep need not be the model's. Numbers keep their bits, and texts and dates stand as they are: in .csv as they
are written there, elsewhere as numbers, texts or dates by what the column has. They can't be called as the scores are. An
array (.npy) has numbers alone. The list of -top has them behind the number of a row, the first 40 characters of each; -json
has all.

Examples:
  ffjord score rows.safetensors new.csv -o scores.csv -threshold 0.001
  ffjord score rows.safetensors new.csv -keep id,day -o scores.parquet
  ffjord score rows.safetensors new.csv -top 20 -keep id
  ffjord score rows.safetensors big.parquet -shard env/8 -o part.npy`
}

// Run scores the rows in their order.
func (c scoreCommand) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Out != "-" && c.Out != "" {
		if err := checkOutput(c.Out, c.Model, c.File); err != nil {
			return err
		}
		held, err := hold(c.Out + ".lock")
		if err != nil {
			return fmt.Errorf("%s: %w", c.Out, err)
		}
		defer held.release()
	}
	m, err := loadModel(a, c.Model)
	if err != nil {
		return err
	}
	f, err := c.rows(a, c.File, m)
	if err != nil {
		return err
	}
	f.Batch, f.Follow, f.KeepNumbers = c.Batch, c.Follow, table.NumbersAlone(c.Out)
	for _, name := range c.Keep {
		f.Keep = append(f.Keep, table.Column{Name: name})
	}
	r := &scoring{scoreCommand: c, a: a, m: m, f: f, began: time.Now()}
	r.ranks, r.alarm = m.About.LogProb.Ranks(), m.About.LogProb.At(c.Threshold)
	if err := r.checkKeep(); err != nil {
		return err
	}
	if err := r.cutShard(); err != nil {
		return err
	}
	if err := r.chooseSink(); err != nil {
		return err
	}
	saveMemory()
	if err := r.run(); err != nil {
		return r.sink.failed(err)
	}
	if err := r.sink.done(); err != nil {
		return err
	}
	return r.report()
}

func (c *scoreCommand) check() error {
	switch {
	case c.Top < 0:
		return usagef("-top %d, want 0 or more", c.Top)
	case c.Threshold < 0 || c.Threshold >= 1:
		return usagef("-threshold %v, want a share of the training rows from 0 to below 1", c.Threshold)
	case c.Batch < 1 || c.Batch > 1<<20:
		return usagef("-batch %d, want 1 to %d", c.Batch, 1<<20)
	case c.Follow && (c.File != "-" || c.Shard != "" || c.Resume || c.Top > 0):
		return usagef("-follow reads standard input as it comes, want no file, -shard, -resume or -top with it")
	case c.Resume && (c.File == "-" || c.Out == "-" || c.Out == ""):
		return usagef("-resume wants a file to read and -o with a file to write")
	case c.Shard != "" && (c.File == "-" || c.Out == "-" || c.Out == ""):
		return usagef("-shard wants a file to read and -o with a file to write")
	}
	if c.Out == "" && c.Top == 0 {
		c.Out = "-"
	}
	return nil
}

// checkKeep looks whether each column that is kept can have its name in the output.
func (r *scoring) checkKeep() error {
	for i, name := range r.Keep {
		if slices.Contains(r.Keep[:i], name) {
			return usagef("-keep has %s twice, want each column once", quote.Text(name))
		}
		if r.Out != "" && slices.ContainsFunc(r.columns(), func(c table.Column) bool { return c.Name == name }) {
			return usagef("-keep %s: a column of the scores is called so, want another name in %s", name, r.f.Name())
		}
	}
	return nil
}

// scoring is a score under way.
type scoring struct {
	scoreCommand
	a     *app
	m     *model.Model
	f     table.File
	sink  sink
	kept  []table.Column // once the rows are open
	began time.Time
	ranks model.Ranks
	alarm float64 // the log-density below which a row is one, NaN without a threshold

	tally
	already int   // rows that a run before has done
	part    shard // that is scored
	faults  []string
}

// tally is what was counted.
type tally struct {
	Rows      int          `json:"rows"`
	Missing   int          `json:"missing"`    // rows that miss a value
	None      int          `json:"no_density"` // rows that have no log-density
	Beyond    int          `json:"beyond"`     // of these, rows that miss nothing
	Unseen    table.Unseen `json:"unseen,omitempty"`
	Below     int          `json:"below"` // rows below the threshold
	Strangest []strange    `json:"strangest,omitempty"`
}

// columns are those of the output.
func (r *scoring) columns() []table.Column {
	columns := append(slices.Clone(r.kept), table.Column{Name: "log_density", Kind: table.Number},
		table.Column{Name: "percentile", Kind: table.Number})
	if r.m.About.Probes > 0 {
		columns = append(columns, table.Column{Name: "std_err", Kind: table.Number})
	}
	return append(columns, table.Column{Name: "missing", Kind: table.Integer})
}

// report says what came out, and is an alarm where there is one.
func (r *scoring) report() error {
	took := time.Since(r.began)
	if r.Top > 0 {
		if err := r.tellTop(); err != nil {
			return err
		}
	}
	if r.a.json && r.Out != "-" && r.Out != "" && r.Top == 0 {
		if err := r.a.writeJSON(r.tally); err != nil {
			return err
		}
	}
	if !r.Follow {
		fmt.Fprintf(r.a.err, "%s in %v, %s rows a second%s\n", plural(r.Rows, "row"), took.Round(10*time.Millisecond),
			thousands(float64(r.Rows-r.already)/took.Seconds()), r.remarks())
	}
	for _, fault := range r.faults {
		fmt.Fprintf(r.a.err, "%s %s\n", paint(r.a.err, yellow, "•"), fault)
	}
	for _, u := range r.Unseen {
		fmt.Fprintf(r.a.err, "%s %v\n", paint(r.a.err, yellow, "•"), u)
	}
	return r.alarms()
}

// alarms is an alarm where rows are beyond the threshold, or beyond all that the model has a density for.
func (r *scoring) alarms() error {
	if r.Threshold == 0 || r.Below+r.Beyond == 0 {
		return nil
	}
	var text []string
	if r.Below > 0 {
		text = append(text, fmt.Sprintf("%s of %d %s stranger than %.6g %% of the training rows (log-density below %.4g)",
			plural(r.Below, "row"), r.Rows, verb(r.Below, "is", "are"), 100*r.Threshold, r.alarm))
	}
	if r.Beyond > 0 {
		text = append(text, fmt.Sprintf("%s of %d %s no log-density, though no value is missing there",
			plural(r.Beyond, "row"), r.Rows, verb(r.Beyond, "has", "have")))
	}
	return &alarmError{strings.Join(text, "; ")}
}

func (r *scoring) remarks() string {
	text := ""
	if r.Missing > 0 {
		text += fmt.Sprintf("; %d %s values", r.Missing, verb(r.Missing, "misses", "miss"))
	}
	if r.None > 0 {
		text += fmt.Sprintf("; %d %s no log-density", r.None, verb(r.None, "has", "have"))
	}
	return text
}

// thousands writes a number in a few characters.
func thousands(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%.3g million", x/1e6)
	case x >= 1e4:
		return fmt.Sprintf("%.3g thousand", x/1e3)
	}
	return fmt.Sprintf("%.0f", x)
}

// checksum returns the SHA-256 of a file.
func checksum(path string) (string, error) {
	f, err := open(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// percent returns the percentile of a log-density among the training rows, to a hundredth of a millionth of these: further
// digits would be those of straight lines between quantiles.
func (r *scoring) percent(logp float64) float64 { return math.Round(100e6*r.ranks.Share(logp)) / 1e6 }
