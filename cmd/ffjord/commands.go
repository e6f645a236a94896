package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// commands are what the program can do. Each is a struct with a method Run in a file of its own name.
type commands struct {
	JSON    bool             `name:"json" help:"Write results as JSON, for other programs."`
	Version kong.VersionFlag `help:"Write the version."`

	Fit        fitCommand        `cmd:"" help:"Learn the density of the rows of a file."`
	Score      scoreCommand      `cmd:"" help:"Tell how usual rows are: their log-densities."`
	Merge      mergeCommand      `cmd:"" help:"Join the shards of a score, and prove that every row is there once."`
	Sample     sampleCommand     `cmd:"" help:"Draw new rows."`
	Impute     imputeCommand     `cmd:"" help:"Fill in missing values by the density given the others."`
	Info       infoCommand       `cmd:"" help:"Tell what a model is and how it was made."`
	Check      checkCommand      `cmd:"" help:"Hold a model to the truth, and new rows to those of training."`
	Plot       plotCommand       `cmd:"" help:"Draw a model, its draws beside rows, or losses."`
	Dot        dotCommand        `cmd:"" help:"Draw the graph of a step, coloured by time."`
	Convert    convertCommand    `cmd:"" help:"Put weights of another framework into a model, or take them out."`
	Serve      serveCommand      `cmd:"" help:"Answer over HTTP, with a page that shows the density."`
	Completion completionCommand `cmd:"" help:"Write the completion of commands and flags for a shell."`
}

const description = `Learn the density of the rows of a file by a continuous normalizing flow, tell how usual rows are, and draw new ones.

Files are CSV (any delimiter), JSON lines (.jsonl, .ndjson), Parquet, .npy and .npz, plain or compressed (.gz, .zst); "-"
is standard input.
Flags may be written with one dash or two. NO_COLOR, set to anything, turns colours off.

Exit codes: 0 done, 1 failed, 2 wrong use (nothing was done), 3 an alarm: rows beyond -threshold, a check that found
something, 130 and 143 after Ctrl-C and SIGTERM (what was done is kept).`

// helped ends parsing after the help was written.
type helped struct{ code int }

// do parses the arguments and runs the command.
func (a *app) do() (err error) {
	var c commands
	text := new(strings.Builder)
	parser, err := kong.New(&c, kong.Name("ffjord"), kong.Description(description),
		kong.Vars{"version": version(), "layers": names(layers()), "methods": names(methods())},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Writers(text, a.err), kong.Exit(func(code int) { panic(helped{code}) }))
	if err != nil {
		return err
	}
	a.model = parser.Model
	defer func() {
		switch ended := recover().(type) {
		case nil:
		case helped:
			_, err = io.WriteString(a.out, oneDash(text.String()))
		default:
			err = fmt.Errorf("a fault of this program, please report it: %v\n%s", ended, debug.Stack())
		}
	}()
	args := twoDashes(a.args)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return a.misused(err)
	}
	a.command, _, _ = strings.Cut(parsed.Command(), " ")
	a.json = c.JSON
	return parsed.Run(a)
}

// misused says what is wrong with the arguments, and where to read about them.
func (a *app) misused(err error) error {
	help := "ffjord -h"
	if failed := (*kong.ParseError)(nil); errors.As(err, &failed) && failed.Context.Command() != "" {
		a.command, _, _ = strings.Cut(failed.Context.Command(), " ")
		help = "ffjord " + a.command + " -h"
	}
	return &usageError{fmt.Errorf("%s; see %s", oneDash(err.Error()), help)}
}

var (
	single = regexp.MustCompile(`^-[a-zA-Z][-a-zA-Z0-9]+(=|$)`)
	letter = regexp.MustCompile(`^-[a-zA-Z]=.`)
	double = regexp.MustCompile(`(^|[\s,("\[=|])--([a-zA-Z])`)
	padded = regexp.MustCompile(`(\s)--([a-zA-Z]\S*)(\s\s)`) // in a list of flags, with the text beside them in line
)

// twoDashes writes flags as the parser wants them: -top as --top, -n=5 as -n5.
func twoDashes(args []string) []string {
	flags := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(flags[i:], args[i:])
			break
		}
		flags[i] = arg
		if letter.MatchString(arg) {
			flags[i] = arg[:2] + arg[3:]
		}
		if single.MatchString(arg) {
			flags[i] = "-" + arg
		}
	}
	return flags
}

// oneDash writes flags as this program's texts do: --top as -top.
func oneDash(text string) string {
	text = strings.Replace(text, "Show context-sensitive help.", "Write this help.", 1)
	return double.ReplaceAllString(padded.ReplaceAllString(text, "$1-$2 $3"), "$1-$2")
}
