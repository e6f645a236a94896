package viz

import (
	"image"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// unix is a time in seconds.
func unix(text string) float64 {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return float64(t.Unix())
}

// TestTimeTicks compares with what a reader would mark on an axis.
func TestTimeTicks(t *testing.T) {
	for _, c := range []struct {
		name   string
		clock  Clock
		lo, hi float64
		want   []string
	}{
		{"centuries", Days, -700_000, 50_000, []string{"500", "1000", "1500", "2000"}},
		{"years", Days, unix("2019-11-03 00:00:00") / day, unix("2024-02-01 00:00:00") / day, []string{"2020", "2021", "2022", "2023", "2024"}},
		{"half years", Seconds, unix("2023-05-30 00:00:00"), unix("2025-01-02 00:00:00"), []string{"2023-07", "2024-01", "2024-07", "2025-01"}},
		{"months", Days, unix("2023-11-20 00:00:00") / day, unix("2024-03-02 00:00:00") / day, []string{"2023-12", "2024-01", "2024-02", "2024-03"}},
		{"tens of days", Days, unix("2024-02-05 00:00:00") / day, unix("2024-03-13 00:00:00") / day, []string{"2024-02-11", "02-21", "03-01", "03-11"}},
		{"halves of months", Days, unix("2024-02-05 00:00:00") / day, unix("2024-04-13 00:00:00") / day, []string{"2024-02-16", "03-01", "03-16", "04-01"}},
		{"days over a new year", Days, unix("2023-12-29 00:00:00") / day, unix("2024-01-02 00:00:00") / day, []string{"2023-12-29", "12-30", "12-31", "2024-01-01", "01-02"}},
		{"two days of dates", Days, 20000 - 0.1, 20001 + 0.1, []string{"2024-10-04", "10-05"}},
		{"one day of dates", Days, 20000 - 0.1, 20000 + 0.3, []string{"2024-10-04", "06:00"}},
		{"hours", Seconds, unix("2026-03-05 16:00:00"), unix("2026-03-06 14:00:00"), []string{"2026-03-05 18:00", "03-06", "06:00", "12:00"}},
		{"before 1970", Seconds, unix("1969-12-31 23:20:00"), unix("1970-01-01 00:35:00"), []string{"1969-12-31 23:30", "23:45", "1970-01-01", "00:15", "00:30"}},
		{"seconds", Seconds, unix("2026-03-05 16:00:01"), unix("2026-03-05 16:00:09"), []string{"2026-03-05 16:00:02", "16:00:04", "16:00:06", "16:00:08"}},
		{"parts of a second", Seconds, 1e9 + 0.11, 1e9 + 0.89, []string{"2001-09-09 01:46:40.2", "01:46:40.4", "01:46:40.6", "01:46:40.8"}},
		{"a day", SecondsADay, -30000, 110000, []string{"00:00", "06:00", "12:00", "18:00", "24:00"}},
		{"minutes of a day", SecondsADay, 36000, 36600, []string{"10:00", "10:05", "10:10"}},
		{"beyond the calendar", Days, -1e300, 1e300, []string{"2000", "4000", "6000", "8000"}},
	} {
		assert.Equal(t, c.want, newTimeTicks(c.clock, c.lo, c.hi, 5).texts(), c.name)
	}
}

// TestTimeTicksAreTheirLabels reads the labels of any axis again: they tell where their ticks are, which lie inside, rise, and have
// labels that do not touch each other.
func TestTimeTicksAreTheirLabels(t *testing.T) {
	style := newLettering().tick()
	rapid.Check(t, func(t *rapid.T) {
		clock := rapid.SampledFrom([]Clock{Days, Seconds, SecondsADay}).Draw(t, "clock")
		middle := rapid.Float64Range(-6e10, 2.5e11).Draw(t, "middle")
		span := math.Pow(10, rapid.Float64Range(-2, 11).Draw(t, "span"))
		if clock == SecondsADay {
			middle, span = math.Mod(math.Abs(middle), day), min(span, 2*day)
		}
		lo, hi := (middle-span/2)/clock.unit(), (middle+span/2)/clock.unit()
		if checkSpan(lo, hi) != nil {
			t.Skip("rapid drew a span that no axis can have, which checkSpan refuses")
		}
		a := axes{window: Grid{X0: lo, X1: hi, Y0: 0, Y1: 1, Stretch: true, ClockX: clock}, box: image.Rect(0, 0, rapid.IntRange(120, 1000).Draw(t, "side"), 50)}
		x, _ := a.ticks()
		require.GreaterOrEqual(t, len(x.at), 2)
		require.LessOrEqual(t, len(x.at), 24)
		for i, at := range x.at {
			require.True(t, at >= lo-1e-6*(hi-lo) && at <= hi+1e-6*(hi-lo), "%v of [%v, %v]", at, lo, hi)
			require.True(t, i == 0 || at > x.at[i-1])
			require.InDelta(t, moment(t, clock, x.labels[i]), at*clock.unit(), 1e-6*span+1e-6+0x1p-50*math.Abs(middle), x.labels[i])
		}
		end := -4 - 2*tickPad
		for _, l := range a.below(style, x) {
			require.GreaterOrEqual(t, l.x-l.width/2, end+2*tickPad, l.text)
			end = l.x + l.width/2
		}
		require.LessOrEqual(t, end, a.box.Max.X+4)
	})
}

// moment reads a label.
func moment(t *rapid.T, c Clock, label string) float64 {
	switch {
	case label == "24:00" || label == "24:00:00":
		return day
	case len(label) < len("2006"):
		label = "0000"[len(label):] + label
	}
	for _, layout := range []string{"2006", "2006-01", time.DateOnly, time.DateOnly + " 15:04", time.DateTime, "15:04", time.TimeOnly} {
		if at, err := time.Parse(layout, label); err == nil && c == SecondsADay {
			return float64(at.Hour()*3600+at.Minute()*60+at.Second()) + float64(at.Nanosecond())/1e9
		} else if err == nil {
			return float64(at.Unix()) + float64(at.Nanosecond())/1e9
		}
	}
	require.Fail(t, "no time", label)
	return 0
}
