package table

import (
	"encoding/json"
	"fmt"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Unseen counts rows with categories that the training rows do not have, by column and category. They have no
// log-density.
type Unseen []UnseenCategory

// UnseenCategory is one of them. No Category stands for all that came after the first few.
type UnseenCategory struct {
	Column   string `json:"column"`
	Category string `json:"category"`
	Rows     int    `json:"rows"`
	First    int    `json:"first"` // of the rows
}

// mostUnseen is how many categories are told apart, so that a column of free text takes no memory.
const mostUnseen = 10

// Add counts a row.
func (u *Unseen) Add(column, category string, row int) {
	for i := range *u {
		if c := &(*u)[i]; c.Category == "" || c.Column == column && c.Category == category {
			c.Rows++
			return
		}
	}
	if len(*u) == mostUnseen {
		column, category = "", ""
	}
	*u = append(*u, UnseenCategory{Column: column, Category: category, Rows: 1, First: row})
}

// MarshalJSON writes an array, of none too.
func (u Unseen) MarshalJSON() ([]byte, error) { return json.Marshal(append([]UnseenCategory{}, u...)) }

func (c UnseenCategory) String() string {
	rows, have := fmt.Sprintf("%d rows", c.Rows), "have"
	if c.Rows == 1 {
		rows, have = "1 row", "has"
	}
	if c.Category == "" {
		return fmt.Sprintf("%s, row %d the first, %s more categories that the training rows do not have", rows, c.First, have)
	}
	return fmt.Sprintf("column %s: %s, row %d the first, %s %s, which the training rows do not have", quote.Text(c.Column),
		rows, c.First, have, quote.Text(c.Category))
}
