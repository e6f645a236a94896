package main

import (
	"fmt"

	"github.com/go-ffjord/ffjord/viz"
)

// corner draws all columns by pairs.
func (s *scene) corner() (viz.Picture, error) {
	const most = 12
	names, err := s.names(most)
	if err != nil {
		return nil, err
	}
	draws, rows, err := s.both(names)
	return viz.Corner{Caption: s.caption(s.File), Names: names, Clocks: s.clocks(names), Data: rows, Samples: draws}, err
}

// both returns draws, and the data where there are some.
func (s *scene) both(names []string) (draws, rows []float64, err error) {
	t, err := s.draws(s.N)
	if err != nil {
		return nil, nil, err
	}
	if draws, err = whole(t, names); err != nil || s.data == nil {
		return draws, nil, err
	}
	if rows, err = whole(*s.data, names); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.Data, err)
	}
	return draws, rows, nil
}

// samples draws rows and draws, and the densities of both.
func (s *scene) samples() (viz.Picture, error) {
	if s.data == nil {
		return nil, usagef("samples are shown beside rows: want -data FILE")
	}
	names, err := s.names(2)
	if err != nil {
		return nil, err
	}
	draws, rows, err := s.both(names)
	if err != nil {
		return nil, err
	}
	window, err := s.cover(rows, names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Data, err)
	}
	points := viz.Strip{Caption: s.caption(names[1] + " over " + names[0]), Titles: []string{"rows", "draws"}, Points: [][]float64{rows, draws}}
	smooth := viz.Strip{Caption: "their densities"}
	for _, of := range points.Points {
		p, err := viz.KDE{}.Density(of, window)
		if err != nil {
			return nil, err
		}
		smooth.Densities = append(smooth.Densities, p)
	}
	return viz.Gallery{Window: window, Strips: []viz.Strip{points, smooth}}, nil
}
