package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/go-ffjord/ffjord/nn"
)

// rule says where parameters are in a file of weights.
type rule struct {
	Param string `json:"param"`
	Keep  bool   `json:"keep"`
	place
	pattern *regexp.Regexp
}

// place is a tensor and how it lies there.
type place struct {
	Tensor    string   `json:"tensor"`
	Slice     [][2]int `json:"slice"`
	Shape     []int    `json:"shape"`
	Transpose bool     `json:"transpose"`
	Below     []place  `json:"below"`
}

// rules are those of a file, in its order.
type rules []rule

// readRules reads a file of rules; without a path there are none.
func readRules(path string) (rules, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var read rules
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			return nil, fmt.Errorf("%s:%d: %w", path, 1+bytes.Count(text[:syntax.Offset], []byte("\n")), err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range read {
		r := &read[i]
		switch {
		case r.Param == "":
			err = errors.New(`no "param"`)
		case (r.Tensor == "") != r.Keep:
			err = errors.New(`want either "tensor" or "keep": true`)
		default:
			r.pattern, err = regexp.Compile("^(?:" + r.Param + ")$")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: rule %d: %w", path, i+1, err)
		}
	}
	return read, nil
}

// sources returns where each parameter is. Every rule must be of some use.
func (r rules) sources(params []string) (map[string]nn.Source, error) {
	sources := make(map[string]nn.Source, len(params))
	used := make([]bool, len(r))
	for _, param := range params {
		sources[param] = nn.Source{Tensor: param}
		for i, rule := range r {
			groups := rule.pattern.FindStringSubmatchIndex(param)
			if groups == nil {
				continue
			}
			used[i] = true
			sources[param] = rule.source(func(tensor string) string {
				return string(rule.pattern.ExpandString(nil, tensor, param, groups))
			})
			break
		}
	}
	for i, some := range used {
		if !some {
			return nil, fmt.Errorf("rule %d: %q is the first to match for no parameter; they are %q", i+1, r[i].Param, params)
		}
	}
	return sources, nil
}

// source returns the place with the names of its tensors filled in.
func (p place) source(name func(string) string) nn.Source {
	s := nn.Source{Tensor: name(p.Tensor), Slice: p.Slice, Shape: p.Shape, Transpose: p.Transpose}
	for _, below := range p.Below {
		s.Below = append(s.Below, below.source(name))
	}
	return s
}

// wanted returns the names of all tensors of some sources.
func wanted(sources map[string]nn.Source) map[string]bool {
	names := make(map[string]bool)
	var add func(s nn.Source)
	add = func(s nn.Source) {
		if s.Tensor != "" {
			names[s.Tensor] = true
		}
		for _, below := range s.Below {
			add(below)
		}
	}
	for _, s := range sources {
		add(s)
	}
	return names
}
