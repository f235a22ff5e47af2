package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/help"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

const (
	commandPages   = "../docs/commands"
	commandsNotice = "<!-- Written by go test ./cmd -run TestCommandPages -update: change the command in cmd/ instead. -->\n\n"
)

func TestCommandPagesAreTheHelpOfTheCommands(t *testing.T) {
	want := commandsMarkdown(newProgram(term.Env{}).root())
	if *update {
		if err := os.RemoveAll(commandPages); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(commandPages, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, page := range want {
			if err := os.WriteFile(filepath.Join(commandPages, name), []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	have := map[string]string{}
	entries, err := os.ReadDir(commandPages)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		page, err := os.ReadFile(filepath.Join(commandPages, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		have[e.Name()] = strings.ReplaceAll(string(page), "\r\n", "\n")
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("docs/commands is stale; go test ./cmd -run TestCommandPages -update writes it (-want +have):\n%s", diff)
	}
}

func TestTheREADMEHasEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(readme), "## Commands\n")
	table, _, ends := strings.Cut(table, "\n## ")
	if !found || !ends {
		t.Fatal("README.md has no table of the commands")
	}
	for _, c := range newProgram(term.Env{}).root().Commands() {
		if c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand() && !regexp.MustCompile("`"+c.Name()+"[ `]").MatchString(table) {
			t.Errorf("README.md does not have %s", c.Name())
		}
	}
}

// Who changes something is told to sinks for longer than who looks.
func TestEveryCommandThatSubmitsFollowsWhatItSubmits(t *testing.T) {
	submits := 0
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Flags().Lookup("notify") != nil && c.Runnable() {
			submits++
			if _, marked := c.Annotations[follows]; !marked {
				t.Errorf("%s is not marked", c.CommandPath())
			}
		}
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(newProgram(term.Env{}).root())
	if submits == 0 {
		t.Error("no command submits")
	}
}

// commandsMarkdown returns the pages by the names of their files.
func commandsMarkdown(root *cobra.Command) map[string]string {
	var index strings.Builder
	index.WriteString(commandsNotice + "# Commands\n\n" + markdownText(root.Long) + "\n\n")
	pages := map[string]string{}
	for _, g := range help.PageOf(root).Commands {
		title, _, _ := strings.Cut(g.Title, ",")
		fmt.Fprintf(&index, "## %s\n\n| | |\n|---|---|\n", title)
		for _, c := range g.Commands {
			addPage(pages, &index, c)
		}
		index.WriteString("\n")
	}
	index.WriteString("The flags that every command has are [a topic of their own](flags.md).\n")
	pages["README.md"] = index.String()
	return pages
}

// addPage adds the page of a command, and those of the commands below it.
func addPage(pages map[string]string, index *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(index, "| [`%s`](%s) | %s |\n", strings.TrimPrefix(c.CommandPath(), "propctl "), pageName(c), cell(c.Short))
	pages[pageName(c)] = commandMarkdown(c)
	for _, below := range c.Commands() {
		addPage(pages, index, below)
	}
}

func pageName(c *cobra.Command) string {
	return strings.ReplaceAll(strings.TrimPrefix(c.CommandPath(), "propctl "), " ", "-") + ".md"
}

func commandMarkdown(c *cobra.Command) string {
	p := help.PageOf(c)
	if p.Topic {
		page := commandsNotice + "# " + c.Short + "\n\n" + markdownText(c.Long) + "\n"
		for _, g := range p.Flags {
			page += "\n## " + g.Title + "\n\n" + flagTableMarkdown(g.Flags)
		}
		return page
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s\n\n## Examples\n\n```sh\n%s\n```\n\n## Usage\n\n```\n%s\n```\n", commandsNotice, c.CommandPath(), markdownText(p.Summary),
		strings.ReplaceAll(strings.TrimPrefix(p.Example, "  "), "\n  ", "\n"), p.Usage)
	if p.More != "" {
		fmt.Fprintf(&b, "\n%s\n", markdownText(p.More))
	}
	if c.HasSubCommands() {
		b.WriteString("\n## Commands\n\n| | |\n|---|---|\n")
		for _, below := range c.Commands() {
			fmt.Fprintf(&b, "| [`%s`](%s) | %s |\n", below.Name(), pageName(below), cell(below.Short))
		}
	}
	for _, g := range p.Flags {
		fmt.Fprintf(&b, "\n## %s\n\n%s", g.Title, flagTableMarkdown(g.Flags))
	}
	b.WriteString("\nThe [flags of every command](flags.md) go with it, and may stand before it.\n")
	return b.String()
}

func flagTableMarkdown(flags []*pflag.Flag) string {
	var b strings.Builder
	b.WriteString("| flag | default | meaning |\n|---|---|---|\n")
	for _, f := range flags {
		_, usage := settings.Usage(f)
		standard := settings.Default(f)
		if standard != "" {
			standard = "`" + standard + "`"
		}
		name := strings.ReplaceAll(strings.TrimSpace(help.FlagName(f)), "|", `\|`)
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, standard, cell(usage))
	}
	return b.String()
}

// cell makes text safe for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(markdownText(text), "|", `\|`) }

// markdownText makes Markdown of a text of the help: what is indented there is
// code, and the rest has no syntax.
func markdownText(text string) string {
	var lines []string
	inCode := false
	fence := func(want bool) {
		if inCode != want {
			lines, inCode = append(lines, "```"), want
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "  "):
			fence(true)
			lines = append(lines, strings.TrimPrefix(line, "  "))
		case line == "" && inCode:
			lines = append(lines, line)
		default:
			if inCode { // the empty lines before belong behind the fence
				n := len(lines)
				for n > 0 && lines[n-1] == "" {
					n--
				}
				lines = slices.Insert(lines, n, "```")
				inCode = false
			}
			lines = append(lines, strings.NewReplacer("<", `\<`, "*", `\*`, "[", `\[`, "~", `\~`, "`", "\\`").Replace(line))
		}
	}
	fence(false)
	return strings.Join(lines, "\n")
}
