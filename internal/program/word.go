package program

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

var _ flag.Value = Word{}

// Word is a flag that is one of some words.
type Word struct {
	value *string
	words []string
}

// OneOf returns a flag for one of the words, which is word if there is no such flag on the command line.
func OneOf(value *string, word string, words ...string) Word {
	*value = word
	return Word{value, words}
}

// String returns the word that was chosen.
func (w Word) String() string {
	if w.value == nil { // as the flag package asks for the zero
		return ""
	}
	return *w.value
}

// Set chooses a word.
func (w Word) Set(word string) error {
	if !slices.Contains(w.words, word) {
		return fmt.Errorf("want one of %s", strings.Join(w.words, ", "))
	}
	*w.value = word
	return nil
}

// List writes the words for help, with commas between them, six to a line.
func (w Word) List() string {
	var lines []string
	for some := range slices.Chunk(w.words, 6) {
		lines = append(lines, strings.Join(some, ", "))
	}
	return strings.Join(lines, ",\n")
}
