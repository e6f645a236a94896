package main

import (
	"errors"
	"fmt"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// unseen counts rows that have a category which the training rows do not have. They have no log-density.
type unseen struct {
	Column   string `json:"column"`
	Category string `json:"category"`
	Rows     int    `json:"rows"`
	First    int    `json:"first"` // of them, from 1
}

// mostUnseen is how many categories are told apart, so that a column of free text takes no memory.
const mostUnseen = 10

func (u unseen) String() string {
	if u.Category == "" {
		return fmt.Sprintf("%s, row %d the first, %s more categories that the training rows do not have", plural(u.Rows, "row"),
			u.First, verb(u.Rows, "has", "have"))
	}
	return fmt.Sprintf("column %s: %s, row %d the first, %s %s, which the training rows do not have", quote.Text(u.Column),
		plural(u.Rows, "row"), u.First, verb(u.Rows, "has", "have"), quote.Text(u.Category))
}

// unseen counts a row of the batch at hand.
func (r *scoring) unseen(bad error, category string) {
	value := (*data.ValueError)(nil)
	if !errors.As(bad, &value) {
		return
	}
	now := unseen{Column: value.Column, Category: category, Rows: 1, First: r.first() + value.Row + 1}
	for i := range r.Unseen {
		if u := &r.Unseen[i]; u.Category == "" || u.Column == now.Column && u.Category == now.Category {
			u.Rows++
			return
		}
	}
	if len(r.Unseen) == mostUnseen {
		now.Column, now.Category = "", ""
	}
	r.Unseen = append(r.Unseen, now)
}
