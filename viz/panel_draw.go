package viz

import (
	"fmt"
	"image"
	"math"
	"slices"
)

// fineness is the part of Scott's rule that a Panel takes by itself.
const fineness = 0.4

// Image draws the panel.
func (p Panel) Image() (*image.RGBA, error) { return imageOf(p) }

func (p Panel) page() (page, error) {
	window, err := p.check()
	if err != nil {
		return page{}, fmt.Errorf("viz: panel: %w", err)
	}
	kde, err := p.kde(window)
	if err != nil {
		return page{}, fmt.Errorf("viz: panel: %w", err)
	}
	colours, err := viridis()
	if err != nil {
		return page{}, fmt.Errorf("viz: panel: %w", err)
	}
	data, err := kde.density(p.Data, window)
	if err != nil {
		return page{}, fmt.Errorf("viz: panel: data: %w", err)
	}
	top := slices.Max(data)
	if checkSpan(0, top) != nil {
		return page{}, fmt.Errorf("viz: panel: data: none of the %d points lies in or near the window %v", len(p.Data)/2, window)
	}

	heads := make([]string, len(p.Rows))
	for r, row := range p.Rows {
		heads[r] = row.Caption
	}
	s, err := newSheet(window, heads, bar{}, bar{}, bar{}, bar{colours, 0, top, "p(x)"})
	if err != nil {
		return page{}, fmt.Errorf("viz: panel: %w", err)
	}
	hue := newHues(p.Mesh)
	mesh := p.Mesh.Points()
	for r, row := range p.Rows {
		samples, err := kde.density(row.Samples, window)
		if err != nil {
			return page{}, fmt.Errorf("viz: panel: row %d: samples: %w", r, err)
		}
		s.put(r, 0, "mesh and base samples", hue.net(s.axes(r, 0), mesh, mesh, row.Base, row.Base))
		s.put(r, 1, "carried by the flow", hue.net(s.axes(r, 1), mesh, row.Mesh, row.Base, row.Samples))
		s.put(r, 2, "density of samples", s.axes(r, 2).heat(samples, colours, 0, top))
		s.put(r, 3, "density of data", s.axes(r, 3).heat(data, colours, 0, top))
	}
	return s.page, nil
}

// check returns the window of the panel, or why there is none.
func (p Panel) check() (Grid, error) {
	if err := p.Mesh.check(); err != nil {
		return Grid{}, err
	}
	if err := checkPoints("data", p.Data); err != nil {
		return Grid{}, err
	}
	if len(p.Rows) == 0 {
		return Grid{}, fmt.Errorf("no rows")
	}
	for r, row := range p.Rows {
		if err := row.check(2 * 2 * p.Mesh.lines() * p.Mesh.per()); err != nil {
			return Grid{}, fmt.Errorf("row %d: %w", r, err)
		}
	}
	if p.Window != (Grid{}) {
		return p.Window, p.Window.check()
	}
	corners := []float64{p.Mesh.X0, p.Mesh.Y0, p.Mesh.X1, p.Mesh.Y1}
	return cover(append(corners, p.Data...))
}

// check returns why the row cannot be drawn, with so many numbers in the mesh.
func (r Row) check(mesh int) error {
	if err := checkPoints("base", r.Base); err != nil {
		return err
	}
	if err := checkPoints("samples", r.Samples); err != nil {
		return err
	}
	if err := checkPoints("mesh", r.Mesh); err != nil {
		return err
	}
	if len(r.Base) != len(r.Samples) {
		return fmt.Errorf("%d base points became %d samples", len(r.Base)/2, len(r.Samples)/2)
	}
	if len(r.Mesh) != mesh {
		return fmt.Errorf("mesh: %d points, Panel.Mesh has %d", len(r.Mesh)/2, mesh/2)
	}
	return nil
}

// kde fills in the bandwidths, no narrower than a cell.
func (p Panel) kde(window Grid) (KDE, error) {
	k := p.KDE
	if k.HX == 0 || k.HY == 0 {
		hx, hy, err := scott(p.Data)
		if err != nil {
			return KDE{}, fmt.Errorf("data: %w", err)
		}
		if !window.Stretch {
			hx = math.Sqrt(hx * hy)
			hy = hx
		}
		nx, ny := window.Size()
		if k.HX == 0 {
			k.HX = max(fineness*hx, (window.X1-window.X0)/float64(nx))
		}
		if k.HY == 0 {
			k.HY = max(fineness*hy, (window.Y1-window.Y0)/float64(ny))
		}
	}
	return k, nil
}
