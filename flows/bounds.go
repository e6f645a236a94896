package flows

import (
	"fmt"
	"reflect"

	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/ode"
)

// maxSteps bounds the steps that a flow in a file may ask a solver for: a few bytes could ask for a year of them.
const maxSteps = 1 << 20

// maxRecord bounds the bytes in which a flow in a file may let a solver record its steps.
const maxRecord = 1 << 30

// check fails where the flow asks for more than Load allows, its graphs apart.
func (m model) check() error { return checkSteps("", reflect.ValueOf(m)) }

// checkSteps looks for solvers in whatever a flow is made of; path leads to v.
func checkSteps(path string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkSteps(path, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if err := checkSteps(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if err := checkSteps(fmt.Sprintf("%s[%v]", path, k), v.MapIndex(k)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if s, ok := reflect.TypeAssert[ode.Solver](v); ok {
			return checkSolver(path, s)
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			name := f.Name
			if path != "" {
				name = path + "." + name
			}
			if err := checkSteps(name, v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSolver(path string, s ode.Solver) error {
	const raise = "building the flow in Go over nn.LoadParams, not by a file"
	if err := limit.Check(path+".Steps", int64(s.Steps), maxSteps, "steps", raise); err != nil {
		return err
	}
	if err := limit.Check(path+".MaxSteps", int64(s.MaxSteps), maxSteps, "steps", raise); err != nil {
		return err
	}
	return limit.Check(path+".MaxRecord", s.MaxRecord, maxRecord, "bytes", raise)
}
