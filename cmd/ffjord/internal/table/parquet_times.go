package table

import (
	"fmt"
	"math"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetTime tells what times a type holds, "" where it holds none, and how many of its units are a second: 0 of days, less
// than 0 of the days and nanoseconds of INT96, which older writers have.
func parquetTime(of pq.Type) (Kind, int64) {
	if of.Kind() == pq.Int96 {
		return Timestamp, -1
	}
	logical := of.LogicalType()
	if logical == nil {
		return "", 0
	}
	switch as := logical.Value.(type) {
	case *format.DateType:
		return Date, 0
	case *format.TimeType:
		return TimeOfDay, perSecond(as.Unit)
	case *format.TimestampType:
		if as.IsAdjustedToUTC {
			return Timestamp, perSecond(as.Unit)
		}
		return DateTime, perSecond(as.Unit)
	}
	return "", 0
}

func perSecond(u format.TimeUnit) int64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	}
	return 1e9
}

// timed refuses a column of times where a model has learnt no times, and others than it has learnt. Text may be of any.
func (c *parquetColumn) timed(wanted Kind, fixed, text bool) error {
	const as = "as in the rows that the model has learnt"
	switch {
	case wanted == "" && fixed:
		return fmt.Errorf("it holds times (%s), want numbers or text "+as, c.time)
	case wanted == "":
		return nil
	case c.time == "" && !text:
		return fmt.Errorf("it holds numbers, want times (%s) "+as, wanted)
	case c.time != "" && (c.time == TimeOfDay) != (wanted == TimeOfDay):
		return fmt.Errorf("it holds times (%s), want others (%s) "+as, c.time, wanted)
	}
	c.time = wanted
	return nil
}

// since returns the number of a time, NaN of none.
func (c *parquetColumn) since(v pq.Value) (float64, error) {
	if v.IsNull() {
		return math.NaN(), nil
	}
	at, err := parquetMoment(v, c.unit)
	return c.time.of(at.seconds()), err
}

// parquetMoment is the time of a value, in units of which so many are a second, as [parquetTime] tells.
func parquetMoment(v pq.Value, unit int64) (at moment, err error) {
	var units int64
	switch v.Kind() {
	case pq.Int32:
		units = int64(v.Int32())
	case pq.Int64:
		units = v.Int64()
	}
	switch {
	case v.Kind() == pq.Int96:
		const epoch = 2440588 // the Julian day of 1970-01-01
		i := v.Int96()
		at = moment{(int64(i[2]) - epoch) * day, int64(i[1])<<32 | int64(i[0])}
	case unit == 0:
		at = moment{units * day, 0}
	default:
		whole, rest := units/unit, units%unit
		if rest < 0 {
			whole, rest = whole-1, rest+unit
		}
		at = moment{whole, rest * (1e9 / unit)}
	}
	if since := at.seconds(); outside(since) {
		return at, fmt.Errorf("a time %.3g years from 1970, want one of the years 1 to 9999", since/(365.2425*day))
	}
	return at, nil
}

// parquetLeaf is how a column of times is written.
func parquetLeaf(k Kind) pq.Node {
	switch k {
	case Date:
		return pq.Date()
	case TimeOfDay:
		return pq.TimeAdjusted(pq.Microsecond, false)
	}
	return pq.TimestampAdjusted(pq.Microsecond, k == Timestamp)
}

// parquetValue is the value of a time of a kind, in microseconds.
func parquetValue(k Kind, us int64) pq.Value {
	if k == Date {
		return pq.Int32Value(int32(us / (day * 1e6)))
	}
	return pq.Int64Value(us)
}
