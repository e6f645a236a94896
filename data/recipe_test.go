package data_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// survey is a table of everything that a column can be: a quantity with gaps, counts, categories with gaps, prices with
// long tails, a constant, and the first column in other units.
func survey(rows int, seed uint64) data.Table {
	rng := seeded(seed)
	x := data.Table{Names: []string{"height", "children", "city", "price", "planet", "inches"}, Levels: map[string][]string{"city": {"Oslo", "Rome", "Ulm"}}}
	var values []float64
	for range rows {
		height, city := 1.7+0.1*rng.NormFloat64(), float64(rng.IntN(3))
		if rng.IntN(10) == 0 {
			height = nan
		}
		if rng.IntN(20) == 0 {
			city = nan
		}
		values = append(values, height, float64(rng.IntN(5)), city, math.Exp(2*rng.NormFloat64()), 3, 39.37*height+2)
	}
	x.Rows = data.Rows(len(x.Names), values...)
	return x
}

var careful = data.Recipe{
	Each:      data.Rule{Missing: data.Noise, DropConstant: true, Dequantise: true, OneHot: true},
	Columns:   map[string]data.Rule{"price": {Shape: data.Log, Winsorise: 0.01}},
	DropTwins: true,
}

func TestRecipe(t *testing.T) {
	x := survey(2000, 1)
	by, notes, err := careful.Fit(x)
	require.NoError(t, err)
	assert.Equal(t, []string{"height", "height missing", "children", "city=Oslo", "city=Rome", "city=Ulm", "city missing", "price"}, by.Names())
	assert.Equal(t, 8, by.Dim())
	assert.Equal(t, x.Names, by.Inputs())
	var told []string
	for _, n := range notes {
		told = append(told, n.String())
	}
	missing := x.Missing()
	assert.Equal(t, []string{
		fmt.Sprintf(`column "height" misses %d values: filled with noise`, missing[0].Rows),
		`column "children" has 5 distinct values in 2000 rows: blurred by 1`,
		fmt.Sprintf(`column "city" misses %d values: no category applies there`, missing[1].Rows),
	}, told[:3])
	assert.Contains(t, told[3], `column "price" has 40 values beyond `)
	assert.Equal(t, `column "planet" is 3 in every row: left out`, told[4])
	assert.Contains(t, told[5], `column "inches" is 39.37`)
	assert.Contains(t, told[5], `times column "height" plus 2`)
	assert.Len(t, told, 6)

	// What comes out has mean 0 and deviation 1, and what goes in comes back.
	z, logDet, err := by.Apply(x, seeded(2))
	require.NoError(t, err)
	assert.Len(t, logDet, 2000)
	for j := range by.Dim() {
		var m, s float64
		for i := range 2000 {
			v := z.Float64s()[i*by.Dim()+j]
			m += v / 2000
			s += v * v / 2000
		}
		assert.InDelta(t, 0, m, 0.1) // four standard errors
		assert.InDelta(t, 1, s, 0.15)
	}
	back, err := by.Invert(z)
	require.NoError(t, err)
	assert.Equal(t, x.Names, back.Names)
	assert.Equal(t, x.Levels, back.Levels)
	for j, name := range x.Names {
		want, got := must(x.Column(name)), must(back.Column(name))
		if name == "price" {
			for i := range want {
				want[i] = min(max(want[i], *by.Columns[j].Low), *by.Columns[j].High)
			}
		}
		assert.InDeltaSlice(t, want, got, 1e-9, name)
	}

	// A file keeps every bit.
	text, err := json.Marshal(by)
	require.NoError(t, err)
	var again data.Transform
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, by, again)
}

func TestRecipeRefuses(t *testing.T) {
	x := survey(200, 1)
	missing := x.Missing()
	_, _, err := data.Recipe{}.Fit(x)
	assert.EqualError(t, err, fmt.Sprintf(`data: recipe: values are missing: "height" in %d rows, "city" in %d rows, "inches" in %d rows: want a rule for Missing, or WithoutMissing`+
		"\n"+`column "planet" is 3 in every row`, missing[0].Rows, missing[1].Rows, missing[2].Rows))
	var constant *data.ConstantError
	require.ErrorAs(t, err, &constant)
	assert.Equal(t, []data.ConstantColumn{{Place: 4, Name: "planet", Value: 3}}, constant.Columns)

	two := func(rule data.Rule, values ...float64) error {
		_, _, err := data.Recipe{Each: rule}.Fit(data.Table{Names: []string{"a", "b"}, Rows: data.Rows(2, values...)})
		return err
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{two(data.Rule{}, 1, 1, 2, 2), `data: recipe: column "b" is column "a": want DropTwins, or a table without them`},
		{two(data.Rule{}, 1, 5, 2, 3, 3, 1), `data: recipe: column "b" is -2 times column "a" plus 7: want DropTwins, or a table without them`},
		{two(data.Rule{}, 1, nan, 2, nan), `data: recipe: no value at all in the columns ["b"]`},
		{two(data.Rule{Shape: data.Log}, 1, 5, 2, -3, 3, 4), `data: recipe: column "b": numbers down to -3, want numbers above 0 for Log, or YeoJohnson`},
		{two(data.Rule{Winsorise: 0.34}, 1, 5, 2, 5, 3, 5, 4, 9), `data: recipe: column "b": 5 is left in every row by Winsorise`},
		{two(data.Rule{Shape: "square"}, 1, 2), `data: recipe: column "a": shape "square", want "log", "yeo-johnson" or none`},
		{two(data.Rule{Missing: "mean"}, 1, 2), `data: recipe: column "a": rule for missing values "mean", want "median", "noise" or none`},
		{two(data.Rule{Winsorise: 0.5}, 1, 2), `data: recipe: column "a": share to winsorise 0.5, want a number from 0 to ½`},
		{two(data.Rule{Floor: -1}, 1, 2), `data: recipe: column "a": floor -1, want a finite number of at least 0`},
		{two(data.Rule{DropConstant: true}, 1, 2, 1, 2), "data: transform: every column is left out"},
		{two(data.Rule{}, 1e300, 2, -1e300, 3), `data: transform: column "a": mean 0 and deviation +Inf, want finite numbers and a deviation above 0`},
	} {
		assert.EqualError(t, test.err, test.want)
	}
	_, _, err = data.Recipe{Columns: map[string]data.Rule{"z": {}}}.Fit(column(1, 2))
	assert.EqualError(t, err, `data: recipe: Columns: no column "z" among ["x"]`)
	_, _, err = data.Recipe{}.Fit(data.Table{})
	assert.EqualError(t, err, "data: table is nil")
	_, _, err = data.Recipe{}.Fit(data.Table{Names: []string{"a", "a"}, Rows: data.Rows(2, 1, 2, 3, 5)})
	assert.EqualError(t, err, `data: recipe: columns 1, 2 are all called "a"`)
	_, _, err = data.Recipe{}.Fit(data.Table{Names: []string{"a"}, Rows: data.Rows(1, 0, 2), Levels: map[string][]string{"a": {"u", "v"}}})
	assert.EqualError(t, err, `data: row 1, column "a": 2, want the number of one of 2 categories`)
}

// Of several columns that are one another all follow the first, wherever the sort by numbers puts them.
func TestRecipeDropsAllTwins(t *testing.T) {
	rng := seeded(1)
	var values []float64
	for range 50 {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		values = append(values, a, b, -3*a+1, 2*b, a, a+5)
	}
	x := data.Table{Names: []string{"a", "b", "c", "d", "e", "f"}, Rows: data.Rows(6, values...)}
	by, notes, err := data.Recipe{DropTwins: true}.Fit(x)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, by.Names())
	var twins []string
	for _, c := range by.Columns[2:] {
		twins = append(twins, c.Twin)
	}
	assert.Equal(t, []string{"a", "b", "a", "a"}, twins)
	assert.Len(t, notes, 4)
	z, _, err := by.Apply(x, nil)
	require.NoError(t, err)
	back, err := by.Invert(z)
	require.NoError(t, err)
	assert.InDeltaSlice(t, values, back.Rows.Float64s(), 1e-12)

	_, _, err = data.Recipe{}.Fit(x)
	assert.ErrorContains(t, err, `column "e" is column "a", column "f" is 1 times column "a" plus 5: want DropTwins`)
	wide := data.Table{}
	values = nil
	for j := range 40 {
		wide.Names = append(wide.Names, fmt.Sprint("x", j))
	}
	for i := range 3 {
		for range 40 {
			values = append(values, float64(i*i))
		}
	}
	wide.Rows = data.Rows(40, values...)
	_, _, err = data.Recipe{}.Fit(wide)
	assert.ErrorContains(t, err, `column "x10" is column "x0", and 29 columns more: want DropTwins`)
}

// Bounds are values of the column: counts stay counts.
func TestWinsorisedCountsStayOnTheirGrid(t *testing.T) {
	values := []float64{100, -50}
	for i := range 198 {
		values = append(values, float64(i%7))
	}
	by, notes, err := data.Recipe{Each: data.Rule{Winsorise: 0.01, Dequantise: true}}.Fit(column(values...))
	require.NoError(t, err)
	c := by.Columns[0]
	assert.Equal(t, []float64{0, 6, 1}, []float64{*c.Low, *c.High, c.Step})
	assert.True(t, c.Grid)
	assert.Equal(t, "has 2 values beyond 0 and 6 moved there", notes[0].Text)
}

// A column of one category says which, and of a condition nothing is said of values that repeat.
func TestRecipeOfACondition(t *testing.T) {
	var values []float64
	for i := range 60 {
		values = append(values, 0, float64(1+i%3))
	}
	x := data.Table{Names: []string{"site", "wave"}, Rows: data.Rows(2, values...), Levels: map[string][]string{"site": {"A"}}}
	recipe := data.Recipe{Each: data.Rule{DropConstant: true}}
	_, notes, err := recipe.Fit(x)
	require.NoError(t, err)
	assert.Len(t, notes, 2)
	recipe.Condition = true
	_, notes, err = recipe.Fit(x)
	require.NoError(t, err)
	assert.Equal(t, []data.Note{{"site", `is "A" in every row: left out`}}, notes)
}

// Draws of a column on a grid have the bits of its values in the table, whose decimals are not sums of steps.
func TestInvertGivesDecimalsBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for name, of := range map[string]func(k int) float64{
		"tenths":   func(k int) float64 { return float64(k-300) / 10 },
		"cents":    func(k int) float64 { return float64(k+7) / 100 },
		"quarters": func(k int) float64 { return float64(k) / 4 },
		"hundreds": func(k int) float64 { return 100 * float64(k) },
		"thirds":   func(k int) float64 { return float64(k) / 3 },
	} {
		t.Run(name, func(t *testing.T) {
			values := make([]float64, 4000)
			for i := range values {
				values[i] = of(rng.IntN(900))
			}
			x := column(values...)
			by, _, err := data.Defaults().Fit(x)
			require.NoError(t, err)
			require.True(t, by.Columns[0].Grid)
			z, _, err := by.Apply(x, rng)
			require.NoError(t, err)
			back, err := by.Invert(z)
			require.NoError(t, err)
			if name != "thirds" {
				assert.Equal(t, values, back.Rows.Float64s())
			}
			assert.InDeltaSlice(t, values, back.Rows.Float64s(), 1e-9)
		})
	}
}

// A column that is constant where it was fitted and not elsewhere must not come out at 1e10.
func TestRecipeFloor(t *testing.T) {
	by, notes, err := data.Recipe{Each: data.Rule{Floor: 0.5}}.Fit(column(3, 3, 3))
	require.NoError(t, err)
	assert.Equal(t, []data.Note{{"x", "is 3 in every row: its deviation is 0.5 by Floor, and its density has no bound"}}, notes)
	z, logDet, err := by.Apply(column(4), nil)
	require.NoError(t, err)
	assert.Equal(t, []float64{2}, z.Data())
	assert.InDelta(t, math.Ln2, logDet[0], 1e-15)
	// Under a logarithm, as steep as 1/x, half a unit at 3 is a sixth.
	by, _, err = data.Recipe{Each: data.Rule{Floor: 0.5, Shape: data.Log}}.Fit(column(3, 3, 3))
	require.NoError(t, err)
	assert.InDelta(t, 0.5/3, by.Columns[0].Std[0], 1e-15)
	by, notes, err = data.Recipe{Each: data.Rule{Floor: 0.5}}.Fit(column(3, 3.1, 3.2))
	require.NoError(t, err)
	assert.Contains(t, notes[0].Text, "has deviation 0.0816")
	assert.Equal(t, []float64{0.5}, by.Columns[0].Std)
}

func TestRecipeNotes(t *testing.T) {
	rng := seeded(1)
	draw := func(n int, f func(i int) float64) data.Table {
		values := make([]float64, n)
		for i := range values {
			values[i] = f(i)
		}
		return column(values...)
	}
	for _, test := range []struct {
		name string
		x    data.Table
		want string // of the note, "" is none
		step float64
		grid bool
	}{
		{"continuous", draw(500, func(int) float64 { return rng.NormFloat64() }), "", 0, false},
		{"whole numbers of a wide range", draw(500, func(int) float64 { return math.Round(1e6 * rng.NormFloat64()) }), "", 0, false},
		{"counts", draw(500, func(int) float64 { return float64(rng.IntN(4)) }), "has 4 distinct values in 500 rows", 1, true},
		{"rounded to cents", draw(2000, func(int) float64 { return math.Round(300*rng.NormFloat64()) / 100 }), "repeat others: discrete values have no density, want Dequantise", 0.01, true},
		{"uneven levels", draw(500, func(int) float64 { return []float64{0, 1, math.Pi, 10}[rng.IntN(4)] }), "has 4 distinct values", 1, false},
		{"two values", draw(500, func(i int) float64 { return float64(i%2) * 0.3 }), "has 2 distinct values", 0.3, true},
		{"spike", draw(500, func(i int) float64 { return float64(i%4/3) * rng.Float64() }), "is 0 in 75 % of all rows: a density that is learnt has a spike there", 0, false},
		{"far", draw(500, func(i int) float64 { return rng.NormFloat64() * math.Pow(1e4, float64(i/499)) }), "times the width of its middle half away: want Winsorise or a Shape", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, notes, err := data.Recipe{}.Fit(test.x)
			require.NoError(t, err)
			if test.want == "" {
				require.Empty(t, notes)
			} else {
				require.NotEmpty(t, notes)
				assert.Contains(t, notes[0].Text, test.want)
			}
			by, _, err := data.Recipe{Each: data.Rule{Dequantise: true}}.Fit(test.x)
			require.NoError(t, err)
			assert.InDelta(t, test.step, by.Columns[0].Step, 1e-12)
			assert.Equal(t, test.grid, by.Columns[0].Grid)
		})
	}
}

func TestInspect(t *testing.T) {
	x := survey(300, 1)
	notes, err := x.Inspect()
	require.NoError(t, err)
	var told []string
	for _, n := range notes {
		told = append(told, n.String())
	}
	missing := x.Missing()
	assert.Equal(t, []string{
		fmt.Sprintf(`column "height" misses %d values in 300 rows`, missing[0].Rows),
		`column "children" has 5 distinct values in 300 rows, 98.3 % repeat others: discrete values have no density, want Dequantise`,
		fmt.Sprintf(`column "city" misses %d values in 300 rows`, missing[1].Rows),
		told[3],
		`column "planet" is 3 in every row`,
		fmt.Sprintf(`column "inches" misses %d values in 300 rows`, missing[2].Rows),
		`column "inches" is 39.37 times column "height" plus 2`,
	}, told)
	assert.Contains(t, told[3], `column "price" has values up to`)
	for _, x := range [][]float64{{1e6, 1.1e6, 1.3e6}, {1000, 1001, 1003}, {-900, 10, 30}, {0, 1e-4, 3e-4}} {
		notes, err = column(x...).Inspect()
		require.NoError(t, err)
		require.Len(t, notes, 1)
		assert.Contains(t, notes[0].Text, "want it scaled")
	}
	notes, err = column(nan, nan).Inspect()
	require.NoError(t, err)
	assert.Equal(t, []data.Note{{"x", "misses 2 values in 2 rows"}}, notes)
	_, err = data.Table{}.Inspect()
	assert.EqualError(t, err, "data: table is nil")
}

func TestRecipeNotesManyCategories(t *testing.T) {
	words := func(rows, levels int) data.Table {
		x := data.Table{Names: []string{"x"}, Levels: map[string][]string{"x": nil}}
		for k := range levels {
			x.Levels["x"] = append(x.Levels["x"], fmt.Sprint("w", k))
		}
		var values []float64
		for i := range rows {
			values = append(values, float64(i%levels))
		}
		x.Rows = data.Rows(1, values...)
		return x
	}
	for _, test := range []struct {
		rows, levels int
		oneHot       bool
		want         []data.Note
	}{
		{600, 51, true, []data.Note{{"x", "has 51 categories, a column for each: without OneHot they are one"}}},
		{600, 51, false, nil},
		{60, 51, true, []data.Note{{"x", "has 51 categories in 60 rows: a name or a number of the row is nothing to learn, want it dropped"}}},
		{8, 7, true, nil},
	} {
		_, notes, err := data.Recipe{Each: data.Rule{OneHot: test.oneHot}}.Fit(words(test.rows, test.levels))
		require.NoError(t, err)
		assert.Equal(t, test.want, notes)
	}
	notes, err := words(60, 51).Inspect()
	require.NoError(t, err)
	assert.Len(t, notes, 1)
}

func TestRecipeFillsWithMedian(t *testing.T) {
	x := data.Table{Names: []string{"a", "c"}, Levels: map[string][]string{"c": {"u", "v"}},
		Rows: data.Rows(2, 1, 1, 2.5, 1, nan, 0, 7, nan)}
	by, notes, err := data.Recipe{Each: data.Rule{Missing: data.Median}}.Fit(x)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "a missing", "c", "c missing"}, by.Names())
	assert.Equal(t, "misses 1 values: filled with 2.5, where the density of these rows has a spike; Noise has none", notes[0].Text)
	assert.Equal(t, 1., *by.Columns[1].Fill, "the most frequent category")
	z, _, err := by.Apply(x, nil)
	require.NoError(t, err)
	assert.InDelta(t, (2.5-3.5)/by.Columns[0].Std[0], z.Float64s()[8], 1e-15)
	back, err := by.Invert(z)
	require.NoError(t, err)
	same(t, []float64{1, 1, 2.5, 1, nan, 0, 7, nan}, back.Rows.Float64s())
}

func ExampleRecipe() {
	x := data.Table{
		Names:  []string{"height", "children", "city"},
		Rows:   data.Rows(3, 1.7, 0, 0, 1.8, 2, 1, 1.65, 2, 0, 1.9, 1, 1, 1.75, 0, 1),
		Levels: map[string][]string{"city": {"Oslo", "Rome"}},
	}
	by, notes, err := data.Recipe{Each: data.Rule{Dequantise: true}}.Fit(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, note := range notes {
		fmt.Println(note)
	}
	fmt.Println(by.Names(), by.Dim())
	z, _, err := by.Apply(x, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := by.Invert(z)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", back.Row(1))
	// Output:
	// column "children" has 3 distinct values in 5 rows: blurred by 1
	// [height children city] 3
	// [1.80 2.00 1.00]
}
