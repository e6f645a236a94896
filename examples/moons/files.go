package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/google/renameio/v2/maybe"

	"github.com/go-ffjord/ffjord/optim"
)

// Files that a run leaves behind. Each appears whole or not at all.
const (
	panelFile   = "panel.png"
	densityFile = "density.png"
	weightsFile = "flow.safetensors"
	historyFile = "history.csv"
	dotFile     = "graph.dot"
	svgFile     = "graph.svg"
)

func files() []string {
	return []string{panelFile, densityFile, weightsFile, historyFile, dotFile, svgFile}
}

// path returns where a file goes.
func (s settings) path(file string) string { return filepath.Join(s.out, file) }

// makeFolder makes the folder for the files and finds out whether they can be
// written to it.
func makeFolder(s settings) error {
	if err := os.MkdirAll(s.out, 0o777); err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	probe, err := os.CreateTemp(s.out, ".probe-*")
	if err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	probe.Close()
	os.Remove(probe.Name())
	for _, file := range files() {
		if info, err := os.Stat(s.path(file)); err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("-out: %s is in the way: it is no regular file", s.path(file))
		}
	}
	return nil
}

// writeHistory writes one line for each epoch.
func writeHistory(path string, epochs []optim.Event) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"epoch", "step", "nll", "rate", "grad_norm", "seconds"})
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	for _, e := range epochs {
		w.Write([]string{
			strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), number(e.Loss), number(e.Rate), number(e.GradNorm),
			strconv.FormatFloat(e.Elapsed.Seconds(), 'f', 3, 64),
		})
	}
	w.Flush()
	return maybe.WriteFile(path, b.Bytes(), 0o666)
}

// metadata tells whoever reads the parameters which flow they belong to: with
// it the flow can be built again. One solver serves training and evaluation.
func (s settings) metadata() map[string]string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	m := map[string]string{
		"model":        "FFJORD, fields MLP with tanh and tiled time, base N(0, 0.8²)",
		"data":         fmt.Sprintf("moons, noise %v", s.noise),
		"blocks":       strconv.Itoa(s.blocks),
		"hidden":       strconv.Itoa(s.hidden),
		"layers":       strconv.Itoa(s.layers),
		"t0":           "0",
		"t1":           "1",
		"trace":        s.trace,
		"dtype":        s.dtype,
		"method":       s.method,
		"solver_steps": strconv.Itoa(s.steps),
		"gradient":     s.gradient,
		"seed":         strconv.FormatUint(s.seed, 10),
	}
	if s.steps == 0 {
		m["rtol"], m["atol"], m["control"] = number(s.rtol), number(s.atol), s.control
	}
	return m
}
