// Man writes a man page for each command of propctl.
//
//	go run .ci/man/main.go PROGRAM FOLDER [DATE]
//
// It asks the program for its commands and their help, and so needs neither access to the
// command tree nor the Markdown and YAML libraries that the usual generator brings along.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// least and most are how many arguments there are, the program's own name included.
const least, most = 3, 4

// page is one command: its words after the program's name, and the sentence its parent describes it with.
type page struct {
	words []string
	short string
}

func main() {
	if err := write(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "man:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) < least || len(args) > most {
		return errors.New("usage: go run .ci/man/main.go PROGRAM FOLDER [DATE]")
	}
	program, folder, date := args[1], args[2], ""
	if len(args) == most {
		date = args[3]
	}
	pages, err := walk(program, page{short: "run Akamai property activation workflows"})
	if err != nil {
		return err
	}
	if len(pages) == 1 {
		return fmt.Errorf("%s names no commands", program)
	}
	for _, p := range pages {
		help, err := run(program, append([]string{"help"}, p.words...)...)
		if err != nil {
			return err
		}
		if strings.TrimSpace(help) == "" {
			return fmt.Errorf("no help for %s", p.name())
		}
		if err := os.WriteFile(filepath.Join(folder, p.name()+".1"), []byte(p.roff(help, date, pages)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// walk returns p and all commands below it, depth first.
func walk(program string, p page) ([]page, error) {
	// The completion of help's arguments lists commands only, never values.
	args := slices.Concat([]string{"__complete", "help"}, p.words, []string{""})
	out, err := run(program, args...)
	if err != nil {
		return nil, err
	}
	pages := []page{p}
	for line := range strings.Lines(out) {
		name, short, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || name == "help" {
			continue // the directive at the end, or help about help
		}
		below, err := walk(program, page{words: append(slices.Clone(p.words), name), short: short})
		if err != nil {
			return nil, err
		}
		pages = append(pages, below...)
	}
	return pages, nil
}

// name is the name of the man page: propctl-hostnames-add.
func (p page) name() string {
	return strings.Join(append([]string{"propctl"}, p.words...), "-")
}

// roff renders the page: a section for each title of the help, and what stands in none in
// the description. It points to its parent and children.
func (p page) roff(help, date string, all []page) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"%s\" propctl \"propctl manual\"\n", strings.ToUpper(escape(p.name())), date)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n.SH DESCRIPTION\n", escape(p.name()), escape(p.short))
	described := true
	for i, part := range strings.Split(strings.TrimRight(help, "\n"), "\n\n") {
		title, body, _ := strings.Cut(part, "\n")
		switch name, isTitle := strings.CutSuffix(title, ":"); {
		case isTitle && strings.HasPrefix(body, "  "):
			name, _, _ = strings.Cut(name, ",")
			fmt.Fprintf(&b, ".SH %s\n", strings.ToUpper(escape(name)))
			described, part = false, body
		case !described:
			b.WriteString(".SH NOTES\n")
			described = true
		case i > 0 && !entry().MatchString(part):
			b.WriteString(".PP\n")
		}
		b.WriteString(paragraph(part))
	}
	var also []string
	for _, q := range all {
		near := len(q.words) == len(p.words)+1 && slices.Equal(q.words[:len(p.words)], p.words) ||
			len(q.words) == len(p.words)-1 && slices.Equal(p.words[:len(q.words)], q.words)
		if near {
			also = append(also, fmt.Sprintf(".BR %s (1)", escape(q.name())))
		}
	}
	if len(also) > 0 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n%s\n", strings.Join(also, " ,\n"))
	}
	return b.String()
}

// entry fits the first line of an entry of a list: its name, and what it is.
func entry() *regexp.Regexp { return regexp.MustCompile(`^ {2,6}(\S.*?) {2,}(\S.*)(?:\n|$)`) }

// paragraph renders lines without an empty one between them: a list of what there is, lines
// to copy, or prose.
func paragraph(text string) string {
	var b strings.Builder
	switch lines := strings.Split(text, "\n"); {
	case entry().MatchString(lines[0]):
		for _, line := range lines {
			if found := entry().FindStringSubmatch(line); found != nil {
				fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", strings.TrimSpace(escape(found[1])), escape(found[2]))
				continue
			}
			fmt.Fprintf(&b, "%s\n", escape(strings.TrimSpace(line)))
		}
	case strings.HasPrefix(text, "  "):
		b.WriteString(".nf\n")
		for _, line := range lines {
			fmt.Fprintf(&b, "%s\n", escape(strings.TrimPrefix(line, "  ")))
		}
		b.WriteString(".fi\n")
	default:
		for _, line := range lines {
			fmt.Fprintf(&b, "%s\n", escape(line))
		}
	}
	return b.String()
}

// escape makes text safe for roff: no line starts a request, no backslash or dash is read as anything else.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", "\\`").Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}

// run returns what the program prints on a terminal without colours, away from anybody's settings.
func run(program string, args ...string) (string, error) {
	command := exec.Command(program, args...)
	command.Env = []string{"NO_COLOR=1", "TERM=dumb", "LC_ALL=C.UTF-8", "HOME=/nonexistent"}
	out, err := command.Output()
	if err != nil {
		var stderr string
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			stderr = strings.TrimSpace(string(exit.Stderr))
		}
		return "", fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, stderr)
	}
	return string(out), nil
}
