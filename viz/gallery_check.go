package viz

import (
	"errors"
	"fmt"
)

// check returns why the gallery cannot be drawn.
func (g Gallery) check() error {
	if err := g.Window.check(); err != nil {
		return err
	}
	if len(g.Strips) == 0 {
		return errors.New("no strips")
	}
	if g.Top < 0 || !finite(g.Top) {
		return fmt.Errorf("top %g is negative or not finite", g.Top)
	}
	nx, ny := g.Window.Size()
	dense := false
	for i, s := range g.Strips {
		if err := s.check(nx * ny); err != nil {
			return fmt.Errorf("strip %d: %w", i, err)
		}
		dense = dense || len(s.Densities) > 0
	}
	if dense && g.top() == 0 {
		return errors.New("all densities are 0")
	}
	if dense && checkSpan(0, g.top()) != nil {
		return fmt.Errorf("the highest density is %g, and no colour scale ends there", g.top())
	}
	return nil
}

// check returns why the strip cannot be drawn on a window of so many cells.
func (s Strip) check(cells int) error {
	n := s.len()
	switch {
	case n == 0:
		return errors.New("no pictures")
	case len(s.Points) > 0 && len(s.Densities) > 0:
		return errors.New("points and densities; want one of them")
	case s.Titles != nil && len(s.Titles) != n:
		return fmt.Errorf("%d titles for %d pictures", len(s.Titles), n)
	case s.From != nil && len(s.From) != len(s.Points):
		return fmt.Errorf("from: %d pictures, points have %d", len(s.From), len(s.Points))
	}
	for i, points := range s.Points {
		if err := checkPoints("points", points); err != nil {
			return fmt.Errorf("picture %d: %w", i, err)
		}
		if s.From == nil {
			continue
		}
		if err := checkPoints("from", s.From[i]); err != nil {
			return fmt.Errorf("picture %d: %w", i, err)
		}
		if len(s.From[i]) != len(points) {
			return fmt.Errorf("picture %d: %d points came from %d", i, len(points)/2, len(s.From[i])/2)
		}
	}
	for i, values := range s.Densities {
		if len(values) != cells {
			return fmt.Errorf("picture %d: %d densities for %d cells", i, len(values), cells)
		}
		for j, v := range values {
			if v < 0 || !finite(v) {
				return fmt.Errorf("picture %d: density %d is %g", i, j, v)
			}
		}
	}
	return nil
}
