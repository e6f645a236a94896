package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/go-ffjord/ffjord/graph"
)

// stepCosts say where a step's time goes.
type stepCosts struct {
	Block   int        `json:"block"`
	Rows    int        `json:"rows,omitempty"`
	Seconds float64    `json:"seconds,omitempty"`
	Nodes   []nodeCost `json:"nodes,omitempty"` // those that take the most first
}

// nodeCost is the time of an operation.
type nodeCost struct {
	Op      string  `json:"op"`
	Shape   string  `json:"shape"`
	Seconds float64 `json:"seconds"`
}

func (s step) costs(c dotCommand, times map[*graph.Node]time.Duration) stepCosts {
	costs := stepCosts{Block: s.block}
	if times == nil {
		return costs
	}
	costs.Rows = c.Rows
	for n, t := range times {
		costs.Seconds += t.Seconds()
		costs.Nodes = append(costs.Nodes, nodeCost{fmt.Sprint(n.Op()), fmt.Sprint(n.Shape()), t.Seconds()})
	}
	slices.SortFunc(costs.Nodes, func(a, b nodeCost) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Shape, b.Shape))
	})
	return costs
}

func (c stepCosts) String() string {
	if c.Rows == 0 {
		return fmt.Sprintf("a step through block %d", c.Block)
	}
	took := time.Duration(c.Seconds * float64(time.Second)).Round(100 * time.Nanosecond)
	return fmt.Sprintf("a step through block %d takes %v for %d rows on one core", c.Block, took, c.Rows)
}
