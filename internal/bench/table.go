package main

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// columns begin the table of figures.
const columns = "| what | must | goal | measured | benchmark |"

// results are measured numbers by benchmark and unit.
type results map[string]map[string]float64

var processors = regexp.MustCompile(`-\d+$`) // GOMAXPROCS, which is part of a benchmark's name unless it is 1

// parse reads what benchmarks print.
func parse(out string) results {
	all := results{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "BenchmarkFigures/") {
			continue
		}
		units := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				units[fields[i+1]] = v
			}
		}
		name := strings.TrimPrefix(fields[0], "BenchmarkFigures/")
		all[name] = units
		all[processors.ReplaceAllString(name, "")] = units
	}
	return all
}

// renew puts results into the table of a page, and returns the page and the rows that have any. The last column of a row
// is the name of a benchmark in backquotes, and units separated by commas.
func renew(page string, r results) (after, table string) {
	var b, rows strings.Builder
	inside := false
	for line := range strings.Lines(page) {
		cells := strings.Split(line, "|")
		switch {
		case strings.HasPrefix(line, columns):
			inside = true
			rows.WriteString(line)
		case !strings.HasPrefix(line, "|") || len(cells) != 7:
			inside = false
		case inside && strings.HasPrefix(line, "|---"):
			rows.WriteString(line)
		case inside:
			if m := measured(cells[5], r); m != "" {
				cells[4] = " " + m + " "
				line = strings.Join(cells, "|")
				rows.WriteString(line)
			}
		}
		b.WriteString(line)
	}
	return b.String(), rows.String()
}

// measured returns the results that the last cell of a row asks for, none where one is missing.
func measured(cell string, r results) string {
	name, units, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(cell), "`"), "`")
	var all []string
	for unit := range strings.SplitSeq(units, ",") {
		unit = strings.TrimSpace(unit)
		v, ok := r[name][unit]
		if !ok {
			return ""
		}
		all = append(all, short(v)+" "+unit)
	}
	return strings.Join(all, ", ")
}

// short writes three digits.
func short(v float64) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', digits, 64)
}
