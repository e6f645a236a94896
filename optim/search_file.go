package optim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

// The format of a file of trials.
const (
	searchFormat  = "ffjord-go search"
	searchVersion = 1
)

// searchFile is a file of trials.
type searchFile[S any] struct {
	Format  string           `json:"format"`
	Version int              `json:"version"`
	Trials  []trialRecord[S] `json:"trials"`
}

type trialRecord[S any] struct {
	Settings S       `json:"settings"`
	Loss     number  `json:"loss"`
	Seconds  float64 `json:"seconds"`
	Failed   string  `json:"failed,omitempty"`
}

// read returns the trials of the file, none if there is no file. Trials that this Search would not have made are an
// error.
func (s Search[S]) read() (Trials[S], error) {
	if s.Path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("optim: Search: %w", err)
	}
	trials, err := s.parse(text)
	if err != nil {
		return nil, fmt.Errorf("optim: Search: %s: %w", s.Path, err)
	}
	return trials, nil
}

func (s Search[S]) parse(text []byte) (Trials[S], error) {
	var file searchFile[S]
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%w: want a file of trials: %w", ErrDamaged, err)
	}
	if file.Format != searchFormat || file.Version != searchVersion {
		return nil, fmt.Errorf("%w: it is of format %.60q and version %d, want %q and %d",
			ErrDamaged, file.Format, file.Version, searchFormat, searchVersion)
	}
	if most := s.trials(); s.Draw == nil && len(file.Trials) > len(s.Grid) {
		return nil, fmt.Errorf("%w: it has %d trials, the Grid has %d", ErrOtherRun, len(file.Trials), most)
	}
	var trials Trials[S]
	for k, r := range file.Trials {
		want, err := s.settings(k)
		if err != nil {
			return nil, err
		}
		if !same(want, r.Settings) {
			return nil, fmt.Errorf("%w: its trial %d is of %+v, here it would be %+v", ErrOtherRun, k, r.Settings, want)
		}
		took := time.Duration(r.Seconds * float64(time.Second))
		trial := Trial[S]{Number: k, Settings: r.Settings, Loss: float64(r.Loss), Took: took, Failed: r.Failed}
		trials = append(trials, trial)
	}
	return trials, nil
}

// write writes all trials.
func (s Search[S]) write(trials Trials[S]) error {
	if s.Path == "" {
		return nil
	}
	file := searchFile[S]{Format: searchFormat, Version: searchVersion}
	for _, t := range trials {
		file.Trials = append(file.Trials, trialRecord[S]{t.Settings, number(t.Loss), t.Took.Seconds(), t.Failed})
	}
	text, err := json.MarshalIndent(file, "", "\t")
	if err == nil {
		err = atomicfile.Write(s.Path, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("optim: Search: %w", err)
	}
	return nil
}
