package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// find returns where the names stand among all, in one pass over each.
func find(names, all []string) ([]int, error) {
	at, twice := make(map[string]int, len(all)), make(map[string]bool)
	for j, name := range all {
		if _, ok := at[name]; ok {
			twice[name] = true
		}
		at[name] = j
	}
	places := make([]int, len(names))
	for i, name := range names {
		j, ok := at[name]
		switch {
		case !ok:
			return nil, fmt.Errorf("no column %s among %s", quote.Text(name), quoteAll(all))
		case twice[name]:
			return nil, fmt.Errorf("more than one column is called %s", quote.Text(name))
		}
		places[i] = j
	}
	return places, nil
}

// shared describes the names that more than one column has, "" if there are none.
func shared(names []string) string {
	places := make(map[string][]int, len(names))
	for j, name := range names {
		places[name] = append(places[name], j+1)
	}
	var told []string
	for j, name := range names {
		if at := places[name]; len(at) > 1 && at[0] == j+1 {
			text := strings.Join(strings.Fields(fmt.Sprint(at[:min(len(at), 5)])), ", ")
			told = append(told, fmt.Sprintf("columns %s are all called %s", strings.Trim(text, "[]"), quote.Text(name)))
		}
	}
	if more := len(told) - 5; more > 0 {
		told = append(told[:5], fmt.Sprintf("and so on for %d more names", more))
	}
	return strings.Join(told, "; ")
}

// numbered returns the names with ".1", ".2" and so on behind those that came before, as pandas reads them.
func numbered(names []string) []string {
	taken := make(map[string]bool, len(names))
	for _, name := range names {
		taken[name] = true
	}
	seen, next := make(map[string]bool, len(names)), make(map[string]int)
	unique := slices.Clone(names)
	for j, name := range names {
		for seen[unique[j]] {
			next[name]++
			if as := name + "." + strconv.Itoa(next[name]); !taken[as] {
				unique[j] = as
			}
		}
		seen[unique[j]] = true
	}
	return unique
}

// upTo returns 0 to n-1.
func upTo(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	return places
}
