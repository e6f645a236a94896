// Command bench measures the table of docs/performance.md anew and prints it: run it in the module's folder.
//
//	go run ./internal/bench [-python ~/venv/bin/python] [-rows regexp] [-write]
//
// The last column of the table names a benchmark of BenchmarkFigures in package flows and its units, which are what is
// measured. With a Python that has jax and optax, the rows that compare with JAX are measured too; without it they stay.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/go-ffjord/ffjord/internal/bench/peer"
)

func main() {
	page := flag.String("page", "docs/performance.md", "the page with the table")
	python := flag.String("python", "python3", "a Python with jax and optax to compare with, if it has them")
	rows := flag.String("rows", ".", "which benchmarks of BenchmarkFigures to run: a regular expression")
	write := flag.Bool("write", false, "put what was measured into the page")
	flag.Parse()
	if err := run(*page, *python, *rows, *write); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(page, python, rows string, write bool) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	if _, err := regexp.Compile(rows); err != nil {
		return err
	}
	if err := exec.Command(python, "-c", "import jax, optax").Run(); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %s has no jax and optax: no comparison with JAX\n", python)
		python = ""
	}
	out, err := measure(rows, python)
	if err != nil {
		return err
	}
	after, table := renew(string(text), parse(out))
	if len(table) == 0 {
		return fmt.Errorf("%s has no table of figures; want columns %s", page, columns)
	}
	fmt.Printf("%s, GOMAXPROCS %d, %s\n\n%s", processor(out), runtime.GOMAXPROCS(0), runtime.Version(), table)
	if write {
		return os.WriteFile(page, []byte(after), 0o644)
	}
	return nil
}

// measure runs the benchmarks and returns what they say.
func measure(rows, python string) (string, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	test := filepath.Join(dir, "flows.test")
	build := exec.Command("go", "test", "-c", "-o", test, "./flows")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", err
	}
	cmd := exec.Command(test, "-test.run", "^$", "-test.bench", "^BenchmarkFigures$/"+rows, "-test.benchtime", "1x",
		"-test.timeout", "1h")
	cmd.Dir = "flows"
	cmd.Env = append(os.Environ(), peer.Env+"="+python)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w:\n%s", err, out)
	}
	if !strings.Contains(string(out), "BenchmarkFigures/") {
		return "", errors.New("no benchmark of that name")
	}
	return string(out), nil
}

// processor is what the benchmarks say it is.
func processor(out string) string {
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(line, "cpu: "); ok {
			return strings.TrimSpace(name)
		}
	}
	return runtime.GOARCH
}
