package main

import "github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"

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
