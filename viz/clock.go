package viz

import "math"

// Clock says how the numbers of an axis are times, which its ticks then tell as dates and times at the beginnings of years,
// months, days, hours and so on, in the proleptic Gregorian calendar and UTC. The zero Clock is of an axis of other numbers.
type Clock string

// The clocks.
const (
	Days        Clock = "days since 1970-01-01"
	Seconds     Clock = "seconds since 1970-01-01"
	SecondsADay Clock = "seconds since midnight"
)

const day = 86400 // seconds

// unit is that of the clock's numbers, in seconds.
func (c Clock) unit() float64 {
	if c == Days {
		return day
	}
	return 1
}

// span returns the part of [lo, hi], in seconds, for which there are texts: the years 1 to 9999, or a day.
func (c Clock) span(lo, hi float64) (from, to float64) {
	const first, last = -62135596800, 253402300799
	if c == SecondsADay {
		return max(lo, 0), min(hi, day)
	}
	return max(lo*c.unit(), first), min(hi*c.unit(), last)
}

// finest is the least step of ticks, in seconds, of those that a clock has first of all.
func (c Clock) finest() float64 {
	if c == Days {
		return day
	}
	return math.SmallestNonzeroFloat64
}
