package viz

import (
	"math"
	"math/bits"
	"strconv"
	"time"
)

// timeStep is a distance of ticks: of so many months from the beginning of a year, of so many days from the first of each
// month, or of so many seconds from midnight.
type timeStep struct {
	months, days int
	seconds      float64
}

// timeSteps are the steps in their order.
func timeSteps() []timeStep {
	var steps []timeStep
	for _, s := range []float64{
		1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
		60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600,
	} {
		steps = append(steps, timeStep{seconds: s})
	}
	for _, n := range []int{1, 2, 5, 10, 15} {
		steps = append(steps, timeStep{days: n})
	}
	for _, n := range []int{1, 2, 3, 6} {
		steps = append(steps, timeStep{months: n})
	}
	for _, years := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000} {
		steps = append(steps, timeStep{months: 12 * years})
	}
	return steps
}

// length is that of a step in seconds, about.
func (s timeStep) length() float64 {
	switch {
	case s.months > 0:
		return 365.2425 / 12 * day * float64(s.months)
	case s.days > 0:
		return day * float64(s.days)
	}
	return s.seconds
}

// newTimeTicks returns the ticks in [lo, hi] of the least step that gives no more than most of them, and of a smaller one
// where these are not two. They are none where there are not two of any step.
func newTimeTicks(c Clock, lo, hi float64, most int) ticks {
	from, to := c.span(lo, hi)
	steps := timeSteps()
	for k, s := range steps {
		if s.length() < c.finest() || s.length()*float64(most) < to-from {
			continue
		}
		t := s.ticks(c, from, to)
		if len(t.at) > most {
			continue
		}
		for ; len(t.at) < 2 && k > 0; k-- {
			t = steps[k-1].ticks(c, from, to)
		}
		return t
	}
	return ticks{}
}

// ticks returns those of a step, between times in seconds.
func (s timeStep) ticks(c Clock, from, to float64) ticks {
	var t ticks
	add := func(at float64, number int) {
		slack := 1e-9 * s.length() // keeps a tick that lies on the end of the scale
		if at < from-slack || at > to+slack {
			return
		}
		full, short, upper := s.texts(c, at)
		t.at, t.numbers = append(t.at, at/c.unit()), append(t.numbers, number)
		t.labels, t.short, t.upper = append(t.labels, full), append(t.short, short), append(t.upper, upper)
	}
	if s.months == 0 && s.days == 0 {
		for k := math.Ceil(from/s.seconds - 1e-9); k*s.seconds <= to+s.seconds; k++ {
			add(k*s.seconds, int(k))
		}
		return t
	}
	begin := time.Unix(int64(math.Floor(from)), 0).UTC()
	month := 12*begin.Year() + int(begin.Month()) - 1
	every := max(1, s.months)
	for month -= month % every; ; month += every {
		at := time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
		if float64(at.Unix()) > to {
			return t
		}
		if s.months > 0 {
			add(float64(at.Unix()), month/every)
			continue
		}
		const longest = 32 // days of a month: by a power of two every second and every fourth tick is one of each month's too
		places := longest >> (bits.Len(uint(s.days)) - 1)
		last := at.AddDate(0, 1, 0).AddDate(0, 0, -(s.days+1)/2) // one that is nearer to the next month's first is none
		for n := 0; n*s.days < longest; n++ {
			if on := at.AddDate(0, 0, n*s.days); !on.After(last) {
				add(float64(on.Unix()), month*places+n)
			}
		}
	}
}

// texts returns what stands at a tick: in full, without what it has in common with the one before, and what that is.
func (s timeStep) texts(c Clock, at float64) (full, short, upper string) {
	t := time.UnixMicro(int64(math.Round(1e6 * at))).UTC().Round(time.Duration(math.Round(1e9 * s.seconds)))
	date := t.Format(time.DateOnly)
	switch {
	case s.months >= 12:
		return strconv.Itoa(t.Year()), "", ""
	case s.months > 0:
		return date[:len("2006-01")], "", ""
	case s.days > 0:
		return date, date[len("2006-"):], date[:len("2006")]
	}
	clock := s.clock(t)
	switch {
	case c == SecondsADay && at == day:
		return "24" + clock[len("00"):], "", ""
	case c == SecondsADay:
		return clock, "", ""
	case t.Truncate(24 * time.Hour).Equal(t): // the year is that of the tick before, or of a longer text
		return date, date[len("2006-"):], date[:len("2006")]
	}
	return date + " " + clock, clock, date
}

// clock writes a time of day with as many digits as the step has.
func (s timeStep) clock(t time.Time) string {
	switch {
	case s.seconds >= 60:
		return t.Format("15:04")
	case s.seconds >= 1:
		return t.Format(time.TimeOnly)
	}
	decimals := int(math.Ceil(-math.Log10(s.seconds) - 1e-9))
	return t.Format(time.TimeOnly + "." + "000000"[:decimals])
}
