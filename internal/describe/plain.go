package describe

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// plain writes a number, a text or a truth value.
func (w *writer) plain(v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Bool:
		w.text = strconv.AppendBool(w.text, v.Bool())
	case v.Kind() == reflect.String:
		return w.string(v.String())
	case v.CanInt():
		if i := v.Int(); i < -MaxInt || i > MaxInt {
			return fmt.Errorf("%d, want an integer from %d to %d", i, int64(-MaxInt), int64(MaxInt))
		}
		w.text = strconv.AppendInt(w.text, v.Int(), 10)
	case v.CanUint():
		if u := v.Uint(); u > MaxInt {
			return fmt.Errorf("%d, want an integer from 0 to %d", u, uint64(MaxInt))
		}
		w.text = strconv.AppendUint(w.text, v.Uint(), 10)
	case v.CanFloat():
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%v, want a finite number", f)
		}
		w.text = strconv.AppendFloat(w.text, f, 'g', -1, v.Type().Bits())
	case v.Kind() == reflect.Func:
		return fmt.Errorf("a %v is a function and can't be saved; make it a type and name it in types", v.Type())
	default:
		return fmt.Errorf("a %v can't be saved", v.Type())
	}
	return nil
}

func (w *writer) string(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("the text %q is not UTF-8", s)
	}
	text, err := json.Marshal(s)
	w.text = append(w.text, text...)
	return err
}

// plain reads a number, a text or a truth value.
func plain(token json.Token, v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Bool:
		b, ok := token.(bool)
		if !ok {
			return unexpected(token, "true or false")
		}
		v.SetBool(b)
	case v.Kind() == reflect.String:
		s, ok := token.(string)
		if !ok {
			return unexpected(token, "a text")
		}
		v.SetString(s)
	case v.CanInt(), v.CanUint():
		n, ok := token.(json.Number)
		if !ok {
			return unexpected(token, "an integer")
		}
		return integer(n.String(), v)
	case v.CanFloat():
		n, ok := token.(json.Number)
		if !ok {
			return unexpected(token, "a number")
		}
		f, err := strconv.ParseFloat(n.String(), v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%s is out of the range of %v", quote.Cut(n.String()), v.Type())
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("a %v can't be loaded", v.Type())
	}
	return nil
}

func integer(text string, v reflect.Value) error {
	least := int64(-MaxInt)
	if v.CanUint() {
		least = 0
	}
	i, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || i < least || i > MaxInt:
		return fmt.Errorf("%s, want an integer from %d to %d", quote.Cut(text), least, int64(MaxInt))
	case v.CanInt() && v.OverflowInt(i), v.CanUint() && v.OverflowUint(uint64(i)):
		return fmt.Errorf("%d is out of the range of %v", i, v.Type())
	case v.CanUint():
		v.SetUint(uint64(i))
	default:
		v.SetInt(i)
	}
	return nil
}
