package cmd

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// RunWith is Run with what is coordinated in a store.
func RunWith(ctx context.Context, env Env, store coordinator.Store, args []string) int {
	p := newProgram(env)
	p.shared = &coordinated{
		program: p, store: store, work: &coordinator.MemoryWork{}, buckets: &coordinator.Buckets{Store: store}, servers: "nats://nats.example.com", close: func() {},
	}
	return p.execute(ctx, args)
}

// FlagTypes returns for each command that does something the types of its flags.
func FlagTypes() map[string]map[string]string {
	all := map[string]map[string]string{}
	var visit func(*cobra.Command, string)
	visit = func(c *cobra.Command, path string) {
		for _, below := range c.Commands() {
			visit(below, path+" "+below.Name())
		}
		if path == "" || !c.Runnable() || c.HasSubCommands() {
			return
		}
		types := map[string]string{}
		note := func(f *pflag.Flag) { types[f.Name] = f.Value.Type() }
		c.InheritedFlags().VisitAll(note)
		c.LocalFlags().VisitAll(note)
		delete(types, "help")
		all[path[1:]] = types
	}
	visit(newProgram(term.Env{}).root(), "")
	return all
}

// FlagsOfEveryCommand returns their names.
func FlagsOfEveryCommand() []string {
	var names []string
	newProgram(term.Env{}).root().PersistentFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// ShownValue returns how the value of a flag that every command has is shown.
func ShownValue(flag, value string) (string, error) {
	f := newProgram(term.Env{}).root().PersistentFlags().Lookup(flag)
	if err := f.Value.Set(value); err != nil {
		return "", err
	}
	shown := f.Value.String()
	if slice, ok := f.Value.(pflag.SliceValue); ok {
		shown += " " + strings.Join(slice.GetSlice(), " ")
	}
	return shown, nil
}

// Page is what the help of a command is made of.
type Page struct {
	Path                 string // the words after propctl
	Short, Long, Example string
	Topic                bool // a text, and no command
}

// Pages returns all commands and topics, the root first.
func Pages() []Page {
	var all []Page
	var visit func(*cobra.Command, string)
	visit = func(c *cobra.Command, path string) {
		all = append(all, Page{Path: path, Short: c.Short, Long: c.Long, Example: c.Example, Topic: c.IsAdditionalHelpTopicCommand()})
		for _, below := range c.Commands() {
			visit(below, strings.TrimSpace(path+" "+below.Name()))
		}
	}
	visit(newProgram(term.Env{}).root(), "")
	return all
}

// BashCompletion returns the script for bash.
func BashCompletion() string {
	r, err := completion(newProgram(term.Env{}).root(), "bash")
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	r.Text(&term.Printer{W: &b}, r.Document("completion"))
	return b.String()
}

// Words returns what is said of each member of what is printed as JSON.
func Words() map[string]string { return result.NewSchemas().Descriptions }

// Settings returns what a settings file has.
func Settings(path string) (map[string]any, error) {
	file, err := settings.ReadFile(context.Background(), path, true)
	if err != nil {
		return nil, err
	}
	return file.Values, nil
}

// Evaluate evaluates a jq expression on an empty document, for so long at most.
func Evaluate(text string, within time.Duration) error {
	e := result.JQ{Within: within}
	if err := e.Set(text); err != nil {
		return err
	}
	_, err := e.Apply([]byte("{}"))
	return err
}
