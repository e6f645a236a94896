package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

// shard is one of the parts that a file's rows are cut into, of whole batches but for the last.
type shard struct {
	I     int `json:"i"`
	N     int `json:"n"` // 0 of a score that is whole
	From  int `json:"from"`
	To    int `json:"to"` // rows From to To-1, from 0
	Total int `json:"total"`
}

// manifest says what a shard's output is, so that a merge can prove that every row is there once, in order.
type manifest struct {
	Version string         `json:"version"` // of the program
	Of      origin         `json:"of"`
	Part    shard          `json:"part"`
	Columns []table.Column `json:"columns"`
	Tally   tally          `json:"tally"`
	SHA256  string         `json:"sha256"` // of the output
	Host    string         `json:"host"`
	Process int            `json:"process"`
}

// manifestPath is that of an output.
func manifestPath(out string) string { return out + ".manifest.json" }

// cutShard says which rows are to be scored.
func (r *scoring) cutShard() error {
	if r.Shard == "" {
		return nil
	}
	first, second, found := strings.Cut(r.Shard, "/")
	if first == "env" {
		const name = "JOB_COMPLETION_INDEX"
		if first = os.Getenv(name); first == "" {
			return usagef("-shard %s, but %s is not set", r.Shard, name)
		}
	}
	i, bad := strconv.Atoi(first)
	n, worse := strconv.Atoi(second)
	if !found || bad != nil || worse != nil || i < 0 || i >= n {
		return usagef("-shard %s, want i/n with i from 0 to n-1", r.Shard)
	}
	total, err := r.f.Count()
	if err != nil {
		return err
	}
	batches := (total + r.Batch - 1) / r.Batch
	from := min(batches*i/n*r.Batch, total)
	to := min(batches*(i+1)/n*r.Batch, total)
	r.part = shard{I: i, N: n, From: from, To: to, Total: total}
	r.f.Skip, r.f.Most = from, to-from
	if to == from {
		r.f.Most = -1
	}
	return nil
}

// writeManifest tells of a shard beside its output.
func (r *scoring) writeManifest() error {
	if r.part.N == 0 {
		return nil
	}
	of, err := r.origin()
	if err != nil {
		return err
	}
	m := manifest{
		Version: version(), Of: of, Part: r.part, Columns: r.columns(), Tally: r.tally, Process: os.Getpid(),
	}
	if m.SHA256, err = checksum(r.Out); err != nil {
		return err
	}
	m.Host, _ = os.Hostname() // it is for a reader
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(manifestPath(r.Out), append(text, '\n'))
}

// sameWork reports whether two shards are of one score.
func sameWork(a, b origin) bool {
	a.Part, b.Part, a.Out, b.Out = shard{}, shard{}, "", ""
	a.Rows, b.Rows = filepath.Base(a.Rows), filepath.Base(b.Rows) // machines may have it elsewhere
	a.Modified = b.Modified
	return a.same(b)
}

// readManifest reads that of an output, and checks that the output is what it tells of.
func readManifest(out string) (manifest, error) {
	var m manifest
	sum, err := checksum(out)
	if err != nil {
		return m, err
	}
	text, err := os.ReadFile(manifestPath(out))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s: no %s beside it, want the output of a score -shard", out, manifestPath(out))
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestPath(out), err)
	}
	if sum != m.SHA256 {
		return m, fmt.Errorf("%s: its checksum is not the one in %s: want the file as it was written", out, manifestPath(out))
	}
	return m, nil
}
