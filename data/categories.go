package data

import (
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// categories numbers the categories of a column.
type categories struct {
	levels []string
	code   map[string]int
	closed bool // others are refused
	sorts  bool // they are numbered as they come, and sorted once all rows are read
}

// CategoryError says that a category is none of those that are known.
type CategoryError struct {
	Category string
	Levels   []string // those that are
}

func (e *CategoryError) Error() string {
	return fmt.Sprintf("%s is none of the categories %s", quote.Text(e.Category), quoteAll(e.Levels))
}

// newCategories returns those of the levels, or of whatever comes if there are none.
func newCategories(levels []string) *categories {
	c := &categories{levels: slices.Clone(levels), code: make(map[string]int, len(levels)), closed: levels != nil, sorts: levels == nil}
	for k, level := range levels {
		c.code[level] = k
	}
	return c
}

func (c *categories) of(text string) (float64, error) {
	k, ok := c.code[text]
	if !ok {
		if c.closed {
			return 0, &CategoryError{text, c.levels}
		}
		k = len(c.levels)
		c.code[text] = k
		c.levels = append(c.levels, text)
	}
	return float64(k), nil
}

// sorted puts categories that were numbered as they came in alphabetical order and returns each one's new number.
func (c *categories) sorted() []int {
	old := c.levels
	c.levels = slices.Sorted(slices.Values(old))
	for k, level := range c.levels {
		c.code[level] = k
	}
	to := make([]int, len(old))
	for k, level := range old {
		to[k] = c.code[level]
	}
	return to
}
