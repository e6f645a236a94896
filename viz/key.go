package viz

import "image/color"

// keyMark is the length of the line before a name in a key, and keyGap the room between names, in pixels.
const keyMark, keyGap = 44, 36

// keyLines deals names out to the lines of a key: for each the number of its line.
func keyLines(l lettering, names []string) []int {
	lines := make([]int, len(names))
	line, x := 0, 0
	for i, name := range names {
		wide := keyMark + tickPad + widest(l.title(), []string{name})
		if x > 0 && x+wide > lossWidth {
			line, x = line+1, 0
		}
		lines[i] = line
		x += wide + keyGap
	}
	return lines
}

// key writes the names of curves and, behind them, of broken lines with their colours.
func (p page) key(names []string, curves int, lines []int, left, top int) {
	colours := curveColours()
	x, line := left, 0
	for i, name := range names {
		if lines[i] != line {
			x, line = left, lines[i]
		}
		y := top + line*titleLine + titleLine/2
		p.keyMark(x, y, i >= curves, colours[i%len(colours)])
		x += keyMark + tickPad
		p.text(p.title(), x, y, lossWidth, name)
		x += widest(p.title(), []string{name}) + keyGap
	}
}

// keyMark draws the line before a name.
func (p page) keyMark(x, y int, broken bool, c color.RGBA) {
	from, to := float64(x), float64(x+keyMark)
	if !broken {
		p.line([]float64{from, float64(y), to, float64(y)}, curveWidth, c)
		return
	}
	p.dashed(from, to, float64(y), c)
}

// dashed draws a broken horizontal line at height y.
func (p page) dashed(from, to, y float64, c color.RGBA) {
	for x := from; x < to; x += 2 * dash {
		p.line([]float64{x, y, min(x+dash, to), y}, curveWidth*0.75, c)
	}
}
