package table

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// The kinds of columns that hold times. Their numbers are the days since 1970-01-01 of a date, the seconds since midnight
// of a time of day, and of others the seconds since 1970-01-01T00:00:00Z, or since then on a clock whose zone is not known.
const (
	Date      Kind = "date"
	Timestamp Kind = "timestamp"
	DateTime  Kind = "datetime"
	TimeOfDay Kind = "time of day"
)

const day = 86400 // seconds

// Wanted says how a text of the kind is written, as RFC 3339 has it. It is "" of a kind that holds no times.
func (k Kind) Wanted() string {
	switch k {
	case Date:
		return "a date such as 2026-01-31"
	case Timestamp:
		return "a time such as 2026-01-31T18:30:00Z"
	case DateTime:
		return "a time such as 2026-01-31T18:30:00"
	case TimeOfDay:
		return "a time of day such as 18:30:00"
	}
	return ""
}

// IsTime reports whether the numbers of the kind are times.
func (k Kind) IsTime() bool { return k.Wanted() != "" }

// Unit says what the numbers of a kind of times count.
func (k Kind) Unit() string {
	switch k {
	case Date:
		return "days since 1970-01-01"
	case TimeOfDay:
		return "seconds since midnight"
	}
	return "seconds since 1970-01-01"
}

// Parse returns the number of a text. A date stands for its midnight where a time is wanted, a time without a zone is
// taken as one of UTC.
func (k Kind) Parse(text string) (float64, error) {
	at, as := scanTime(text)
	if as == "" || (as == TimeOfDay) != (k == TimeOfDay) {
		return 0, fmt.Errorf("%s, want %s", quote.Text(text), k.Wanted())
	}
	return k.of(at.seconds()), nil
}

// of returns the number of a kind for seconds.
func (k Kind) of(seconds float64) float64 {
	if k == Date {
		return seconds / day
	}
	return seconds
}

// moment is a time, exactly: seconds since 1970-01-01 or since midnight, and nanoseconds after these.
type moment struct{ whole, nanoseconds int64 }

// seconds are all of them, in the same bits for a text and for a number of any unit.
func (m moment) seconds() float64 { return float64(m.whole) + float64(m.nanoseconds)/1e9 }

// microseconds are all of them, rounded.
func (m moment) microseconds() int64 { return m.whole*1e6 + (m.nanoseconds+500)/1000 }

// scanTime reads a time and tells its kind, "" of a text that is none, or a time before the year 1 or after 9999.
func scanTime(text string) (at moment, as Kind) {
	const (
		days  = "2006-01-02"
		clock = "15:04"
	)
	layout := days
	switch {
	case len(text) >= len(clock) && text[2] == ':':
		as, layout = TimeOfDay, clock
		if len(text) > len(clock) {
			layout += ":05"
		}
	case len(text) == len(days):
		as = Date
	case len(text) < len(days)+1+len(clock) || text[4] != '-' || !strings.ContainsRune("Tt ", rune(text[len(days)])):
		return moment{}, ""
	default:
		of, zone := cutZone(text[len(days)+1:])
		layout += "T" + clock
		if len(of) > len(clock) {
			layout += ":05"
		}
		as = DateTime
		if zone != "" {
			as, layout = Timestamp, layout+"Z07:00"
		}
		text = text[:len(days)] + "T" + of + zone
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return moment{}, ""
	}
	at = moment{t.Unix(), int64(t.Nanosecond())}
	if as == TimeOfDay {
		at.whole = int64(t.Hour()*3600 + t.Minute()*60 + t.Second())
	}
	if outside(at.seconds()) {
		return moment{}, ""
	}
	return at, as
}

// cutZone cuts the zone off a time of day and returns it as RFC 3339 has it, "" where there is none.
func cutZone(text string) (clock, zone string) {
	for _, utc := range []string{"Z", "z", " UTC"} {
		if rest, ok := strings.CutSuffix(text, utc); ok {
			return rest, "Z"
		}
	}
	at := strings.LastIndexAny(text, "+-")
	if at < 0 {
		return text, ""
	}
	clock, zone = text[:at], text[at:]
	switch len(zone) {
	case len("+07"):
		zone += ":00"
	case len("+0700"):
		zone = zone[:3] + ":" + zone[3:]
	}
	return clock, zone
}

// The first time that is read and written, and what comes after the last, in seconds: the years that programs have in common.
const (
	firstTime = -62135596800 // 0001-01-01
	lastTime  = 253402300800 // 10000-01-01
)

// outside reports whether a time is none of these.
func outside(seconds float64) bool { return seconds < firstTime || seconds > lastTime }

// microseconds are those of a number of the kind, which it is rounded to. What is beyond the times that have a text is moved
// to the nearest of these.
func (k Kind) microseconds(v float64) int64 {
	first, last := int64(firstTime*1e6), int64(lastTime*1e6-1)
	switch k {
	case Date:
		v = day * math.Floor(v)
	case TimeOfDay:
		first, last = 0, day*1e6-1
	}
	us := math.Round(v * 1e6)
	switch {
	case us < float64(first):
		return first
	case us > float64(last):
		return last
	}
	return int64(us)
}

// Append appends the text of a number, as RFC 3339 has it.
func (k Kind) Append(b []byte, v float64) []byte {
	return k.format(b, time.UnixMicro(k.microseconds(v)))
}

func (k Kind) format(b []byte, t time.Time) []byte {
	t = t.UTC()
	switch k {
	case Date:
		return t.AppendFormat(b, time.DateOnly)
	case Timestamp:
		return t.AppendFormat(b, time.RFC3339Nano)
	case DateTime:
		return t.AppendFormat(b, "2006-01-02T15:04:05.999999999")
	}
	return t.AppendFormat(b, "15:04:05.999999999")
}

// appendMoment is Append of a time that is known exactly.
func (k Kind) appendMoment(b []byte, m moment) []byte {
	return k.format(b, time.Unix(m.whole, m.nanoseconds))
}

// Text returns the text of a number of the kind.
func (k Kind) Text(v float64) string { return string(k.Append(nil, v)) }

// join returns the kind of a column whose values are of these kinds: dates among times are their midnights, and one zone
// that is not known makes all of them so. It is "" where they do not go together.
func (k Kind) join(other Kind) Kind {
	switch {
	case k == other:
		return k
	case k == TimeOfDay || other == TimeOfDay || k == "" || other == "":
		return ""
	case k == DateTime || other == DateTime:
		return DateTime
	}
	return Timestamp
}
