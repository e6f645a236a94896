package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
)

// Model is a density of some columns of a table, given others or not. Its methods may be called by several goroutines
// at once.
type Model struct {
	Flow *flows.Flow
	// X makes the flow's rows of the columns whose density it is.
	X data.Transform
	// Given makes the flow's conditions of the columns that they are in. It has no columns where there are no
	// conditions.
	Given data.Transform
	About About

	estimate sync.Mutex // one estimate of a trace at a time draws noise
	noise    *rand.PCG  // of a loaded model
}

// note is the name of the text among [flows.Flow.Notes].
const note = "table"

// kept is that text, as JSON.
type kept struct {
	X     data.Transform  `json:"x"`
	Given *data.Transform `json:"given,omitempty"`
	About About           `json:"about"`
}

// ErrNoTable says that a file holds a flow and nothing of a table.
var ErrNoTable = errors.New("it holds a flow without a table, want a model that Model.Save has written")

// Inputs returns the names of the columns that a table must have to be scored: first those whose density it is.
func (m *Model) Inputs() []string { return slices.Concat(m.X.Inputs(), m.Given.Inputs()) }

// Levels returns the categories of the columns that hold some, by name.
func (m *Model) Levels() map[string][]string {
	levels := make(map[string][]string)
	maps.Copy(levels, m.X.Levels())
	maps.Copy(levels, m.Given.Levels())
	return levels
}

// Save writes the model to the file path, for [Load] to read: the file of [flows.Flow.Save] with one more of its Notes.
// Types name the types of one's own that the flow is made of; nil is none.
func (m *Model) Save(path string, types flows.Types) error {
	k := kept{X: m.X, About: m.About}
	if len(m.Given.Columns) > 0 {
		k.Given = &m.Given
	}
	text, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	notes := maps.Clone(m.Flow.Notes)
	if notes == nil {
		notes = make(map[string]string)
	}
	notes[note] = string(text)
	m.Flow.Notes = notes
	return m.Flow.Save(path, types)
}

// Load reads a model that Save has written, and is as careful as [flows.Load].
func Load(ctx context.Context, path string, types flows.Types) (*Model, error) {
	return load(func(rng *rand.Rand) (*flows.Flow, error) { return flows.Load(ctx, path, rng, types) })
}

// Read reads from r, up to its end, what Load reads from a file.
func Read(ctx context.Context, r io.Reader, types flows.Types) (*Model, error) {
	return load(func(rng *rand.Rand) (*flows.Flow, error) { return flows.Read(ctx, r, rng, types) })
}

func load(read func(*rand.Rand) (*flows.Flow, error)) (*Model, error) {
	noise := rand.NewPCG(0, 0)
	flow, err := read(rand.New(noise))
	if err != nil {
		return nil, err
	}
	text, ok := flow.Notes[note]
	if !ok {
		return nil, fmt.Errorf("model: %w", ErrNoTable)
	}
	var k kept
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return nil, fmt.Errorf("model: the note %q of the file: %w", note, err)
	}
	m := &Model{Flow: flow, X: k.X, About: k.About, noise: noise}
	if k.Given != nil {
		m.Given = *k.Given
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return m, nil
}

// check refuses what does not belong together.
func (m *Model) check() error {
	given := 0
	if len(m.Given.Columns) > 0 {
		given = m.Given.Dim()
	}
	switch {
	case len(m.X.Columns) == 0:
		return errors.New("no columns, want at least one")
	case m.Flow.Dim != 0 && m.X.Dim() != m.Flow.Dim:
		return fmt.Errorf("the columns make rows %d wide, want %d as the flow has", m.X.Dim(), m.Flow.Dim)
	case given != m.Flow.Cond:
		return fmt.Errorf("the given columns make conditions %d wide, want %d as the flow has", given, m.Flow.Cond)
	}
	return m.About.check()
}
