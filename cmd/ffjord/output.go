package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/internal/program"
)

// checkOutput looks whether a file of that name can be written, before the work for it begins.
func checkOutput(path string) error {
	if path == "-" {
		return nil
	}
	if err := table.CheckOutput(path); err != nil {
		return &usageError{err}
	}
	return table.Try(path)
}

// checkEnding looks whether the file that a flag names, with one of the endings, can be written, before the work for it
// begins. "-" among them allows standard output.
func checkEnding(flag, path string, endings ...string) error {
	if path == "-" && slices.Contains(endings, "-") {
		return nil
	}
	endings = slices.DeleteFunc(slices.Clone(endings), func(e string) bool { return e == "-" })
	if !slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
		return usagef("-%s %s, want a name that ends with %s", flag, path, strings.Join(endings, " or "))
	}
	if err := program.TryFile(flag, path); err != nil {
		return &usageError{err}
	}
	return nil
}
