package flows

import (
	"fmt"
	"reflect"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/ode"
)

// Summary tells what the flow is made of, for a person to read: the base, every block with its field, its solver and
// what its trace has been chosen to be, and the numbers of parameters.
func (f *Flow) Summary() (string, error) {
	if err := f.Compile(); err != nil {
		return "", err
	}
	return f.engine.summary(), nil
}

func (c *compiled[T]) summary() string {
	var b strings.Builder
	given := ""
	if c.cond > 0 {
		given = fmt.Sprintf(" given %s", plural(c.cond, "number"))
	}
	fmt.Fprintf(&b, "a density in %s%s, %v, %s\n", plural(c.dim, "dimension"), given, c.flow.Params.DtypeOrDefault(), c.numbersOf(""))
	fmt.Fprintf(&b, "base     %s\n", join(brief(c.base), c.numbersOf(baseOwner)))
	for i, p := range c.parts {
		line, more := p.describe()
		fmt.Fprintf(&b, "block %-2d %s\n", i, join(line, c.numbersOf(blockOwner(i))))
		for _, line := range more {
			fmt.Fprintf(&b, "         %s\n", line)
		}
	}
	return b.String()
}

// numbersOf counts the numbers that an owner of parameters has, all where the owner is empty.
func (c *compiled[T]) numbersOf(owner string) string {
	trained, state := 0, 0
	for p := range c.flow.Params.All() {
		if owner != "" && !strings.HasPrefix(p.Name(), owner+".") {
			continue
		}
		n := p.Value().(*tensor.Dense).DataSize()
		if p.Trained() {
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

func (p *mapped[T]) describe() (string, []string) { return brief(p.block), nil }

func (p *solved[T]) describe() (line string, more []string) {
	t0, t1 := p.ends()
	learnt := ""
	if p.end != nil {
		learnt = " (learnt)"
	}
	more = append(more, "field    "+brief(p.train.Field))
	more = append(more, both("trace", describeTrace(p.train.Trace, p.why), describeTrace(p.eval.Trace, p.whyEval))...)
	more = append(more, both("solver", describeSolver(p.training.Solver()), describeSolver(p.traced.Solver()))...)
	for _, held := range p.train.Penalties {
		more = append(more, fmt.Sprintf("penalty  %g · %s", held.Weight, brief(held.Of)))
	}
	return fmt.Sprintf("FFJORD from t = %.4g to %.4g%s", t0, t1, learnt), more
}

// both says what is so in training and what elsewhere, once where it is the same.
func both(what, training, elsewhere string) []string {
	if training == elsewhere {
		return []string{fmt.Sprintf("%-8s %s", what, training)}
	}
	return []string{fmt.Sprintf("%-8s in training %s", what, training), "         elsewhere " + elsewhere}
}

// describeTrace tells why a trace was chosen, or what it is.
func describeTrace(t Trace, why string) string {
	if why != "" {
		return why
	}
	return brief(t)
}

func describeSolver(s ode.Solver) string {
	if !s.Adaptive() {
		return fmt.Sprintf("%s, %s", s.Method.Name, plural(s.Steps, "equal step"))
	}
	kind := "each row its own steps"
	if s.Shared {
		kind = "one step for all rows"
	}
	return fmt.Sprintf("%s, %s, rtol %g, atol %g", s.Method.Name, kind, s.RTol, s.ATol)
}

// brief writes a value as Go would, without the fields that are zero, functions, or sources of random numbers.
func brief(v any) string {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return r.String()
	case reflect.Slice:
		parts := make([]string, r.Len())
		for i := range parts {
			parts[i] = brief(r.Index(i).Interface())
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
