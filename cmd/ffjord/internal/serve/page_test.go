package serve

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/optim"
)

// The page works in a browser: what it says is what the library says, by mouse and by keyboard, on a screen and on a
// phone, and its console stays silent.
func TestPage(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser, which takes ten seconds: too long for -short")
	}
	b := openBrowser(t)
	moon := learnt(t)
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b *browser, m trained, c client)
		of   trained
	}{
		{"point", testPoint, moon},
		{"keyboard", testKeyboard, moon},
		{"film", testFilm, moon},
		{"rows", testRows, moon},
		{"phone", testPhone, moon},
		{"many columns", testManyColumns, people()},
		{"one column", testOneColumn, single(t)},
		{"times", testTimes, dated()},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, c := test.of.start(t, Config{})
			b.t = t
			b.scheme("light")
			b.resize(1400, 1000)
			b.open(c.url)
			b.until(isRead)
			b.until(`document.getElementById("caption").textContent`)
			test.run(t, b, test.of, c)
			assert.Empty(t, b.console())
		})
	}
	b.t = t
}

// isRead is true once the page has read the density of the point that it shows.
const isRead = `document.getElementById("logp").dataset.value &&
	document.getElementById("logp").dataset.point === JSON.stringify([...document.querySelectorAll("#point input, #point select")]
		.map((input) => input.value === "" ? null : input.type === "number" ? Number(input.value) : input.value))`

// learnt is a model that was trained for a moment, so that there is something to be seen.
func learnt(t *testing.T) trained {
	m, err := newTrained(moons().rows, nil, 0)
	require.NoError(t, err)
	source, err := m.X.Source(m.rows, 128, 1)
	require.NoError(t, err)
	require.NoError(t, optim.Trainer{Rate: optim.Cosine(2e-2, 1e-4), Epochs: 60}.RunSource(t.Context(), m.Flow.NLL(), source))
	require.NoError(t, m.measure())
	return m
}

// single is a model of one column.
func single(t *testing.T) trained {
	a, err := moons().rows.Select("a")
	require.NoError(t, err)
	m, err := newTrained(a, nil, 0)
	require.NoError(t, err)
	return m
}

// reading returns the point that the page shows and the log-density that it says.
func (b *browser) reading() (point []float64, logp float64) {
	b.t.Helper()
	b.until(isRead)
	var shown struct{ Point, Value, Text string }
	b.eval(`const e = document.getElementById("logp"); return {point: e.dataset.point, value: e.dataset.value, text: e.textContent}`, &shown)
	require.NoError(b.t, json.Unmarshal([]byte(shown.Point), &point))
	logp, err := strconv.ParseFloat(shown.Value, 64)
	require.NoError(b.t, err)
	require.Equal(b.t, strconv.FormatFloat(logp, 'f', 4, 64), shown.Text)
	return point, logp
}

// place returns the middle of an element in the window.
func (b *browser) place(css string) (x, y float64) {
	b.t.Helper()
	var at struct{ X, Y float64 }
	b.eval(fmt.Sprintf(`const e = document.querySelector(%q); e.scrollIntoView({block: "center"});
		const r = e.getBoundingClientRect(); return {x: r.x + r.width/2, y: r.y + r.height/2}`, css), &at)
	return at.X, at.Y
}

// A click reads the log-density of its point, to the last bit that of a direct call.
func testPoint(t *testing.T, b *browser, m trained, _ client) {
	before, _ := b.reading()
	x, y := b.place("#plot")
	for _, by := range []float64{-120, 35} {
		b.click(x+by, y+by/2)
		b.until(fmt.Sprintf(`document.getElementById("logp").dataset.point !== %q`, text(before)))
		point, logp := b.reading()
		sameBits(t, m.direct(t, data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, point...)}), []float64{logp})
		assert.NotEqual(t, before, point)
		before = point
	}
	b.send("#point input", "\ue009a\ue000"+"0.25") // Control and a, which stay so no longer after the null key
	b.until(isRead + ` && JSON.parse(document.getElementById("logp").dataset.point)[0] === 0.25`)
	point, logp := b.reading()
	sameBits(t, m.direct(t, data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, point...)}), []float64{logp})
	b.until(`document.getElementById("most").textContent`)
	b.save("wide")
}

func text(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// All is reached by Tab in the order in which it stands, and the arrows move the point.
func testKeyboard(t *testing.T, b *browser, m trained, _ client) {
	var order []string
	for range 12 {
		b.press(keyTab)
		var id string
		b.eval(`const e = document.activeElement; return e.id || (e.form ? e.form.id : "") || e.tagName`, &id)
		order = append(order, id)
	}
	assert.Equal(t, []string{"plot", "point", "point", "draw-n", "draw-seed", "draw", "draw-clear", "play", "time", "file", "A", "A"}, order)
	b.eval(`document.getElementById("plot").focus()`, nil)
	from, _ := b.reading()
	b.press(keyRight, keyRight, keyUp, keyLeft)
	b.until(fmt.Sprintf(`document.getElementById("logp").dataset.point !== %q`, text(from)))
	b.until(fmt.Sprintf(isRead+` && JSON.parse(document.getElementById("logp").dataset.point)[1] > %v`, from[1]))
	to, logp := b.reading()
	assert.Greater(t, to[0], from[0])
	assert.Greater(t, to[1], from[1])
	sameBits(t, m.direct(t, data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, to...)}), []float64{logp})
	b.save("focus")
}

// Draws are shown, the film plays, stops, and is where the slider is.
func testFilm(t *testing.T, b *browser, _ trained, _ client) {
	b.click(b.place("#draw button"))
	b.until(`document.getElementById("drawn").textContent === "500 rows drawn with seed 1."`)
	b.until(`document.getElementById("most").textContent`)
	b.save("draws")
	b.click(b.place("#play"))
	b.until(`document.getElementById("play").textContent === "Pause" && document.getElementById("time").value > 0.1`)
	b.click(b.place("#play"))
	b.until(`document.getElementById("play").textContent === "Play"`)
	var at, later float64
	b.eval(`return document.getElementById("time").valueAsNumber`, &at)
	assert.Less(t, at, 1.0)
	b.eval(`return document.getElementById("time").valueAsNumber`, &later)
	assert.Equal(t, at, later, "it stands still")
	b.eval(`const e = document.getElementById("time"); e.value = 0; e.dispatchEvent(new Event("input"))`, nil)
	b.until(`document.getElementById("time").getAttribute("aria-valuetext") === "base"`)
	b.save("base")
	b.eval(`const e = document.getElementById("time"); e.value = 0.5; e.dispatchEvent(new Event("input"))`, nil)
	b.save("way")
	b.click(b.place("#draw-clear"))
	b.until(`document.getElementById("drawn").textContent === ""`)
}

// A file that is dropped shows its strangest rows, which are those of the least density.
func testRows(t *testing.T, b *browser, m trained, _ client) {
	path := filepath.Join(t.TempDir(), "new rows.csv")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, m.rows.WriteCSV(file))
	require.NoError(t, file.Close())
	b.send("#file", path)
	b.until(`!document.getElementById("strange").hidden`)
	assert.Equal(t, "new rows.csv: 512 rows. The 20 least dense, strangest first:", b.text("scored"))
	var rows []int
	b.eval(`return [...document.querySelectorAll("#strange td button")].map((e) => Number(e.textContent))`, &rows)
	logp := m.direct(t, m.rows)
	sorted := slices.Sorted(slices.Values(logp))
	require.Len(t, rows, 20)
	for k, row := range rows {
		assert.Equal(t, sorted[k], logp[row-1])
	}
	b.click(b.place("#strange td button"))
	want := m.rows.Row(rows[0] - 1)
	b.until(fmt.Sprintf(isRead+` && document.getElementById("logp").dataset.point === %q`, text(want)))
	_, got := b.reading()
	sameBits(t, sorted[:1], []float64{got})
	b.save("rows")

	path = filepath.Join(t.TempDir(), "gap.csv")
	require.NoError(t, os.WriteFile(path, []byte("a,b\n1,2\n,3\n"), 0o644))
	b.send("#file", path)
	b.until(`document.querySelector("#remarks li")`)
	assert.Equal(t, "gap.csv: 2 rows, 1 without a density. The 1 least dense, strangest first:", b.text("scored"))
	assert.Equal(t, `row 2, column "a": missing, and there is nothing to fill it with: none was missing in the rows of the fit`, b.text("remarks"))

	path = filepath.Join(t.TempDir(), "bad.csv")
	require.NoError(t, os.WriteFile(path, []byte("a,b\n1,2\n3,x\n"), 0o644))
	b.send("#file", path)
	b.until(`!document.getElementById("trouble").hidden`)
	assert.Equal(t, `rows: row 1, column "b": line 3: "x", want a number`, b.text("trouble"))
	var rest []string
	for _, line := range b.console() { // a refused request is told there by the browser itself
		if !strings.Contains(line, "status of 400") {
			rest = append(rest, line)
		}
	}
	assert.Empty(t, rest)
}

// On a phone nothing is wider than the screen, and a tap is a click.
func testPhone(t *testing.T, b *browser, m trained, c client) {
	b.resize(390, 844)
	b.open(c.url)
	b.until(isRead + ` && document.getElementById("most").textContent`)
	var width, least float64
	b.eval(`return document.documentElement.scrollWidth`, &width)
	assert.LessOrEqual(t, width, 390.0)
	b.eval(`return Math.min(...[...document.querySelectorAll("main input:not([type=range]), button, main select")]
		.filter((e) => e.offsetParent).map((e) => e.getBoundingClientRect().height))`, &least)
	assert.GreaterOrEqual(t, least, 24.0, "large enough for a finger: WCAG 2.2, 2.5.8")
	x, y := b.place("#plot")
	before, _ := b.reading()
	b.click(x+20, y+30)
	b.until(fmt.Sprintf(`document.getElementById("logp").dataset.point !== %q`, text(before)))
	point, logp := b.reading()
	sameBits(t, m.direct(t, data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, point...)}), []float64{logp})
	b.until(`document.getElementById("most").textContent`)
	b.save("phone")
	b.scheme("dark")
	b.click(b.place("#draw button"))
	b.until(`document.getElementById("drawn").textContent`)
	b.save("phone dark")
}

// Of more than two columns any two are shown: a slice through the point, or all rows by draws, and it says which. The
// condition has fields.
func testManyColumns(t *testing.T, b *browser, _ trained, _ client) {
	b.until(`document.getElementById("most").textContent`)
	assert.Equal(t, "Slice of the density of height and income, the other column as in the point.", b.text("caption"))
	b.save("many slice")
	b.eval(`const e = document.getElementById("show"); e.value = "draws"; e.dispatchEvent(new Event("change"))`, nil)
	b.until(`document.getElementById("caption").textContent.startsWith("Density of height and income over all values of the other columns, estimated from")`)
	_, before := b.readingOf()
	b.send("#given input", "\ue009a\ue000"+"33")
	b.until(isRead)
	b.eval(`const e = document.querySelector("#given select"); e.value = "m"; e.dispatchEvent(new Event("input", {bubbles: true}))`, nil)
	b.until(fmt.Sprintf(isRead+` && document.getElementById("logp").dataset.value !== %q`, before))
	b.save("many draws")

	path := filepath.Join(t.TempDir(), "new.csv")
	require.NoError(t, os.WriteFile(path, []byte("height,city,income,age,sex\n170,Bern,1,44,m\n180,Ulm,1,44,m\n165,Ulm,1,44,m\n"), 0o644))
	b.send("#file", path)
	b.until(`document.querySelector("#remarks li")`)
	assert.Equal(t, "new.csv: 3 rows, 2 without a density. The 1 least dense, strangest first:", b.text("scored"))
	assert.Equal(t, `city: 2 rows, row 2 the first, have “Ulm”, which the training rows do not have`, b.text("remarks"))
	b.save("unseen category")
}

// readingOf is reading of a point whose values are not all numbers.
func (b *browser) readingOf() (point, logp string) {
	b.t.Helper()
	b.until(isRead)
	var shown struct{ Point, Value string }
	b.eval(`const e = document.getElementById("logp"); return {point: e.dataset.point, value: e.dataset.value}`, &shown)
	return shown.Point, shown.Value
}

// Of one column the density is a curve.
func testOneColumn(t *testing.T, b *browser, m trained, _ client) {
	assert.Equal(t, "Density of a.", b.text("caption"))
	before, _ := b.reading()
	x, y := b.place("#plot")
	b.click(x-50, y)
	b.until(fmt.Sprintf(`document.getElementById("logp").dataset.point !== %q`, text(before)))
	point, logp := b.reading()
	sameBits(t, m.direct(t, data.Table{Names: []string{"a"}, Rows: data.Rows(1, point...)}), []float64{logp})
	b.save("curve")
}

// Times are text in the fields and in the list of rows, and dates on the axes.
func testTimes(t *testing.T, b *browser, m trained, c client) {
	for _, axis := range []struct {
		kind, from, to string // an expression of each end, in seconds
		want           []string
	}{
		{"date", `Date.UTC(1499, 0)`, `Date.UTC(2026, 0)`, []string{"1500", "1600", "1700", "1800", "1900", "2000"}},
		{"date", `Date.UTC(2019, 10)`, `Date.UTC(2024, 1)`, []string{"2020", "2021", "2022", "2023", "2024"}},
		{"date", `Date.UTC(2023, 11, 29)`, `Date.UTC(2024, 0, 2)`, []string{"2023-12-29", "12-30", "12-31", "2024-01-01", "01-02"}},
		{"date", `Date.UTC(2024, 1, 5)`, `Date.UTC(2024, 2, 13)`, []string{"2024-02-11", "02-21", "03-01", "03-11"}},
		{"timestamp", `Date.UTC(2023, 4, 30)`, `Date.UTC(2025, 0, 2)`, []string{"2023-07", "2024-01", "2024-07", "2025-01"}},
		{"timestamp", `Date.UTC(2026, 2, 5, 16)`, `Date.UTC(2026, 2, 6, 14)`, []string{"2026-03-05 18:00", "03-06", "06:00", "12:00"}},
		{"datetime", `1e12 + 110`, `1e12 + 890`, []string{"2001-09-09 01:46:40.2", "01:46:40.4", "01:46:40.6", "01:46:40.8"}},
		{"time of day", `-3e7`, `11e7`, []string{"00:00", "06:00", "12:00", "18:00", "24:00"}},
	} {
		var got []string
		b.eval(fmt.Sprintf(`const unit = %q === "date" ? 86400000 : 1000;
			const { ticks } = await import("/page/times.js");
			return ticks(%q, [(%s) / unit, (%s) / unit], 6).map((tick) => tick[1]);`, axis.kind, axis.kind, axis.from, axis.to), &got)
		assert.Equal(t, axis.want, got)
	}
	point, before := b.readingOf()
	assert.Regexp(t, `^\["20\d\d-\d\d-\d\d","2023-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"\]$`, point)
	x, y := b.place("#plot")
	b.click(x+40, y+40)
	b.until(fmt.Sprintf(isRead+` && document.getElementById("logp").dataset.value !== %q`, before))
	point, logp := b.readingOf()
	var asked scores
	c.post("/v1/score", jsonType, `{"rows": [`+point+`]}`).read(t, 200, &asked)
	assert.Equal(t, logp, text(asked.LogDensity)[1:len(logp)+1])
	b.click(b.place("#draw button[type=submit]"))
	b.until(`document.getElementById("drawn").textContent.startsWith("500 rows")`)
	path := filepath.Join(t.TempDir(), "dates.csv")
	require.NoError(t, os.WriteFile(path, []byte("day,at\n2024-10-04,2023-11-14T22:13:20Z\n2031-01-01,2023-11-14T22:13:20Z\n"), 0o644))
	b.send("#file", path)
	b.until(`!document.getElementById("strange").hidden`)
	var first string
	b.eval(`return document.querySelector("#strange tbody tr").textContent`, &first)
	assert.Contains(t, first, "day 2031-01-01 (+")
	b.click(b.place("#strange td button"))
	b.until(isRead + ` && document.querySelector("#point input").value === "2031-01-01"`)
	b.save("times")
	b.send("#point input", "\ue009a\ue000soon")
	var said string
	b.eval(`return document.querySelector("#point input").validationMessage`, &said)
	assert.Equal(t, "want a date such as 2024-10-04", said)
}
