package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/internal/program"
)

// apart looks whether the output is none of the files that are read: it would be written over. "" and "-" are no files.
func apart(out string, inputs ...string) error {
	at, err := os.Stat(out)
	if err != nil {
		return nil // there is nothing to write over
	}
	for _, input := range inputs {
		if read, err := os.Stat(input); err == nil && at.Mode().IsRegular() && os.SameFile(at, read) {
			return usagef("-o %s is a file to be read, and would be written over: want another", out)
		}
	}
	return nil
}

// checkOutput looks whether a table of that name can be written, and is none of the inputs, before the work for it begins.
func checkOutput(path string, inputs ...string) error {
	if path == "-" {
		return nil
	}
	if err := apart(path, inputs...); err != nil {
		return err
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
