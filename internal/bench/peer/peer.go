// Package peer runs the same work in other software, for comparisons in one run.
package peer

import (
	"bufio"
	_ "embed" // the program
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Env is the environment variable that names a Python with jax and optax. Without it nothing is compared.
const Env = "FFJORD_PEERS"

// Job is a training step of blocks of one kind: loss, gradient and a step of Adam, in float32.
type Job struct {
	Dim    int    `json:"dim"`
	Hidden []int  `json:"hidden"`
	Time   string `json:"time"`  // tile, concat or squash, as nn.Tile, nn.Concat and nn.ConcatSquash
	Trace  string `json:"trace"` // exact or hutchinson, with one probe
	Blocks int    `json:"blocks"`
	Rows   int    `json:"rows"`
	Steps  int    `json:"steps"` // of RK4
}

//go:embed step_jax.py
var program string

// Peer is a process that does a job again and again.
type Peer struct {
	Name string // and version
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
}

// Start starts a process in the Python that Env names, and waits until it has done the job once. It returns nil where
// Env is not set.
func Start(j Job) (*Peer, error) {
	python := os.Getenv(Env)
	if python == "" {
		return nil, nil
	}
	job, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	p := &Peer{cmd: exec.Command(python, "-c", program, string(job))}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("peer: %w; want %s to name a Python", err, Env)
	}
	p.out = bufio.NewReader(out)
	line, err := p.out.ReadString('\n')
	said := strings.Fields(line)
	if err != nil || len(said) < 3 || said[0] != "ready" {
		_ = p.Close()
		return nil, fmt.Errorf("peer: %s said %q; want one with jax and optax", python, line)
	}
	p.Name = said[1] + " " + said[2]
	return p, nil
}

// Do does the job once.
func (p *Peer) Do() error {
	if _, err := io.WriteString(p.in, "\n"); err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	if _, err := p.out.ReadString('\n'); err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	return nil
}

// Close ends the process.
func (p *Peer) Close() error {
	_ = p.in.Close() // its end of input
	return p.cmd.Wait()
}
