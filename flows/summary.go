package flows

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"gorgonia.org/tensor"
)

// Summary describes the flow for a person to read: the base, every block with its field, its solver and
// what its trace has been chosen to be, and the numbers of parameters.
func (f *Flow) Summary() (string, error) {
	c, err := f.compilation(context.Background())
	if err != nil {
		return "", err
	}
	return c.plan.summary(), nil
}

func (p *plan) summary() string {
	var b strings.Builder
	given := ""
	if p.cond > 0 {
		given = fmt.Sprintf(" given %s", plural(p.cond, "number"))
	}
	fmt.Fprintf(&b, "a density in %s%s, %v, %s\n", plural(p.dim, "dimension"), given, p.params.DtypeOrDefault(), p.numbersOf(""))
	fmt.Fprintf(&b, "base     %s\n", join(brief(p.base), p.numbersOf(baseOwner)))
	for i, block := range p.blocks {
		line, more := block.describe()
		fmt.Fprintf(&b, "block %-2d %s\n", i, join(line, p.numbersOf(blockOwner(i))))
		for _, line := range more {
			fmt.Fprintf(&b, "         %s\n", line)
		}
	}
	return b.String()
}

// numbersOf counts the numbers that an owner of parameters has, all where the owner is empty.
func (p *plan) numbersOf(owner string) string {
	trained, state := 0, 0
	for param := range p.params.All() {
		if owner != "" && !strings.HasPrefix(param.Name(), owner+".") {
			continue
		}
		n := param.Value().(*tensor.Dense).DataSize()
		if param.Trained() {
			trained += n
		} else {
			state += n
		}
	}
	switch {
	case trained == 0 && state == 0 && owner != "":
		return ""
	case state == 0:
		return plural(trained, "parameter")
	case trained == 0:
		return plural(state, "number") + " of state"
	}
	return fmt.Sprintf("%s, %s of state", plural(trained, "parameter"), plural(state, "number"))
}

// join puts what has something to say on one line.
func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// both says what is so in training and what elsewhere, once where it is the same.
func both(what, training, elsewhere string) []string {
	if training == elsewhere {
		return []string{fmt.Sprintf("%-8s %s", what, training)}
	}
	return []string{fmt.Sprintf("%-8s in training %s", what, training), "         elsewhere " + elsewhere}
}

// brief writes a value as Go would, without the fields that are zero, functions, or sources of random numbers, with
// numbers to four digits and the first few elements of long slices.
func brief(v any) string {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return r.String()
	case reflect.Float32, reflect.Float64:
		return fmt.Sprintf("%.4g", r.Float())
	case reflect.Slice:
		var parts []string
		for i := range r.Len() {
			if i == 3 && r.Len() > 8 {
				parts = append(parts, fmt.Sprintf("... %d in all", r.Len()))
				break
			}
			parts = append(parts, brief(r.Index(i).Interface()))
		}
		return fmt.Sprintf("%T{%s}", v, strings.Join(parts, ", "))
	case reflect.Struct:
		var fields []string
		for i := range r.NumField() {
			switch f := r.Field(i); {
			case !f.CanInterface() || f.IsZero() || f.Kind() == reflect.Func || f.Kind() == reflect.Pointer:
			default:
				fields = append(fields, r.Type().Field(i).Name+": "+brief(f.Interface()))
			}
		}
		return fmt.Sprintf("%T{%s}", v, strings.Join(fields, ", "))
	case reflect.Func:
		return fmt.Sprintf("%T", v)
	}
	return fmt.Sprint(v)
}
