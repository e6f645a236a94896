package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCommand writes a script that completes commands and flags.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown below the flags.
func (completionCommand) Help() string {
	return `Examples:
  source <(ffjord completion bash)
  ffjord completion fish > ~/.config/fish/completions/ffjord.fish`
}

// Run writes the script.
func (c completionCommand) Run(a *app) error {
	switch c.Shell {
	case "fish":
		return completeFish(a.out, a.model.Node)
	case "zsh":
		if _, err := io.WriteString(a.out, "autoload -U +X bashcompinit && bashcompinit\n"); err != nil {
			return err
		}
	}
	return completeBash(a.out, a.model.Node)
}

// flagsOf returns the flags of a command, those of the program with them.
func flagsOf(command *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, group := range command.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

// choices returns the words that an argument of a command must be one of: under "" those of the first argument, under
// "-name" those of a flag's value.
func choices(command *kong.Node) map[string][]string {
	words := make(map[string][]string)
	for _, flag := range flagsOf(command) {
		switch {
		case flag.Enum != "":
			words["-"+flag.Name] = flag.EnumSlice()
		case flag.Name == "layer":
			words["-layer"] = slices.Sorted(maps.Keys(layers()))
		case flag.Name == "solver":
			words["-solver"] = slices.Sorted(maps.Keys(methods()))
		}
	}
	if len(command.Positional) > 0 && command.Positional[0].Enum != "" {
		words[""] = command.Positional[0].EnumSlice()
	}
	return words
}

// completeBash completes the first word with the commands, words that begin with a dash with the command's flags,
// arguments that have choices with these, and all others with files.
func completeBash(w io.Writer, program *kong.Node) error {
	var names []string
	var cases, values, first strings.Builder
	for _, command := range program.Children {
		names = append(names, command.Name)
		var flags []string
		for _, flag := range flagsOf(command) {
			flags = append(flags, "-"+flag.Name)
		}
		fmt.Fprintf(&cases, "    %s) flags=%q ;;\n", command.Name, strings.Join(flags, " "))
		words := choices(command)
		for _, flag := range slices.Sorted(maps.Keys(words)) {
			if flag == "" {
				fmt.Fprintf(&first, "      %s) values=%q ;;\n", command.Name, strings.Join(words[flag], " "))
			} else {
				fmt.Fprintf(&values, "    %q) values=%q ;;\n", command.Name+" "+flag, strings.Join(words[flag], " "))
			}
		}
	}
	_, err := fmt.Fprintf(w, `_ffjord() {
  local word=${COMP_WORDS[COMP_CWORD]} flags="-h -json -version"
  if [ "$COMP_CWORD" = 1 ] && [ "${word:0:1}" != - ]; then
    COMPREPLY=($(compgen -W %q -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
%s  esac
  if [ "${word:0:2}" = -- ]; then
    flags=" $flags"
    flags=${flags// -/ --}
  fi
  if [ "${word:0:1}" = - ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
    return
  fi
  local before=${COMP_WORDS[COMP_CWORD-1]} values=
  case "${COMP_WORDS[1]} ${before/#--/-}" in
%s  esac
  if [ "$COMP_CWORD" = 2 ]; then
    case ${COMP_WORDS[1]} in
%s    esac
  fi
  COMPREPLY=($(compgen -W "$values" -- "$word"))
}
complete -o default -F _ffjord ffjord
`, strings.Join(names, " "), cases.String(), values.String(), first.String())
	return err
}

func completeFish(w io.Writer, program *kong.Node) error {
	quoted := func(text string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
	}
	var script strings.Builder
	for _, command := range program.Children {
		fmt.Fprintf(&script, "complete -c ffjord -n __fish_use_subcommand -f -a %s -d %s\n", command.Name, quoted(command.Help))
		if words := choices(command)[""]; words != nil {
			fmt.Fprintf(&script, "complete -c ffjord -n '__fish_seen_subcommand_from %s' -f -a %s\n", command.Name, quoted(strings.Join(words, " ")))
		}
		for _, flag := range flagsOf(command) {
			value := " -r"
			if words := choices(command)["-"+flag.Name]; words != nil {
				value = " -x -a " + quoted(strings.Join(words, " "))
			} else if flag.IsBool() {
				value = ""
			}
			fmt.Fprintf(&script, "complete -c ffjord -n '__fish_seen_subcommand_from %s' -o %s -d %s%s\n",
				command.Name, flag.Name, quoted(oneDash(flag.Help)), value)
		}
	}
	_, err := io.WriteString(w, script.String())
	return err
}
