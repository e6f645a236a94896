package main

import (
	"fmt"
	"io"
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

// completeBash completes the first word by the commands, words that begin with a dash by the command's flags, and all
// others by files.
func completeBash(w io.Writer, program *kong.Node) error {
	var names []string
	var cases strings.Builder
	for _, command := range program.Children {
		names = append(names, command.Name)
		var flags []string
		for _, flag := range flagsOf(command) {
			flags = append(flags, "-"+flag.Name)
		}
		fmt.Fprintf(&cases, "    %s) flags=%q ;;\n", command.Name, strings.Join(flags, " "))
	}
	_, err := fmt.Fprintf(w, `_ffjord() {
  local word=${COMP_WORDS[COMP_CWORD]} flags="-h -json -version"
  if [ "$COMP_CWORD" = 1 ] && [ "${word:0:1}" != - ]; then
    COMPREPLY=($(compgen -W %q -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
%s  esac
  if [ "${word:0:1}" = - ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  fi
}
complete -o default -F _ffjord ffjord
`, strings.Join(names, " "), cases.String())
	return err
}

func completeFish(w io.Writer, program *kong.Node) error {
	quoted := func(text string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
	}
	var script strings.Builder
	for _, command := range program.Children {
		fmt.Fprintf(&script, "complete -c ffjord -n __fish_use_subcommand -f -a %s -d %s\n", command.Name, quoted(command.Help))
		for _, flag := range flagsOf(command) {
			value := " -r"
			if flag.IsBool() {
				value = ""
			}
			fmt.Fprintf(&script, "complete -c ffjord -n '__fish_seen_subcommand_from %s' -o %s -d %s%s\n",
				command.Name, flag.Name, quoted(flag.Help), value)
		}
	}
	_, err := io.WriteString(w, script.String())
	return err
}
