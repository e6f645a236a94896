package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// mergeCommand joins the shards of a score.
type mergeCommand struct {
	Parts []string `arg:"" help:"Outputs of score -shard, all of them, in any order."`
	Out   string   `short:"o" required:"" help:"Output: the same bytes as those of a score that was not cut." placeholder:"FILE"`
}

// Help is shown below the flags.
func (mergeCommand) Help() string {
	return `Beside each part stands a manifest that says which rows it has. The merge checks the parts' checksums, and that they are
of one model, one file and the same flags, and have every row once, in order.

Examples:
  ffjord merge part-*.csv -o scores.csv
  ffjord merge part-0.npy part-1.npy -o scores.parquet`
}

// Run joins them.
func (c mergeCommand) Run(a *app) error {
	if err := checkOutput(c.Out, c.Parts...); err != nil {
		return err
	}
	parts, err := c.inOrder()
	if err != nil {
		return err
	}
	columns, files, err := c.tables(parts)
	if err != nil {
		return err
	}
	w, err := table.Create(c.Out, a.out, columns)
	if err != nil {
		return err
	}
	defer w.Abort()
	for _, f := range files {
		if err := copyRows(f, w); err != nil {
			return err
		}
	}
	rows := parts[0].Part.Total
	if err := w.Close(); err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(map[string]any{"out": c.Out, "rows": rows, "parts": len(parts)})
	}
	_, err = fmt.Fprintf(a.err, "%s of %d parts, each once and in order\n", plural(rows, "row"), len(parts))
	return err
}

// placed is a part and where it is.
type placed struct {
	manifest
	path string
}

// tables are the parts that have rows, and the columns of all, with the types of those that are kept where the output has
// types.
func (c mergeCommand) tables(parts []placed) ([]table.Column, []table.File, error) {
	columns := parts[0].Columns
	for _, p := range parts {
		columns = table.JoinKinds(columns, p.Columns)
	}
	var files []table.File
	for _, p := range parts {
		if p.Part.To > p.Part.From {
			f := table.Written(p.path, p.path, columns)
			f.KeepNumbers = table.NumbersAlone(c.Out)
			files = append(files, f)
		}
	}
	if !table.Typed(c.Out) {
		return columns, files, nil
	}
	for _, f := range files {
		var err error
		if columns, err = f.KeptKinds(columns); err != nil {
			return nil, nil, err
		}
	}
	return columns, files, nil
}

// inOrder reads all manifests and proves that the parts are one whole.
func (c mergeCommand) inOrder() ([]placed, error) {
	var parts []placed
	for _, path := range c.Parts {
		m, err := readManifest(path)
		if err != nil {
			return nil, err
		}
		parts = append(parts, placed{m, path})
	}
	slices.SortFunc(parts, func(a, b placed) int { return cmp.Or(a.Part.I-b.Part.I, cmp.Compare(a.path, b.path)) })
	n := parts[0].Part.N
	for k, p := range parts {
		first := parts[0]
		switch {
		case !sameWork(p.Of, first.Of) || !slices.EqualFunc(p.Columns, first.Columns, sameColumn) || p.Part.N != n || p.Part.Total != first.Part.Total:
			return nil, fmt.Errorf("%s is not of the same model, file and flags as %s", p.path, first.path)
		case k > 0 && p.Part.I == parts[k-1].Part.I:
			return nil, fmt.Errorf("%s and %s are both part %d of %d, want each once", parts[k-1].path, p.path, p.Part.I, n)
		case p.Part.I != k:
			return nil, fmt.Errorf("part %d of %d is not there, want all of them", k, n)
		case k > 0 && p.Part.From != parts[k-1].Part.To || k == 0 && p.Part.From != 0:
			return nil, fmt.Errorf("%s begins with row %d, want the one after those before", p.path, p.Part.From+1)
		case p.Tally.Rows != p.Part.To-p.Part.From:
			return nil, fmt.Errorf("%s has %d rows, want %d", p.path, p.Tally.Rows, p.Part.To-p.Part.From)
		}
	}
	if last := parts[len(parts)-1]; len(parts) != n || last.Part.To != last.Part.Total {
		return nil, fmt.Errorf("part %d of %d is not there, want all of them", len(parts), n)
	}
	return parts, nil
}

// sameColumn reports whether two are one, of whose kind each part that keeps it has seen some rows.
func sameColumn(a, b table.Column) bool {
	return a.Name == b.Name && a.Kept == b.Kept && (a.Kept || a.Kind == b.Kind)
}
