package cmd

import (
	"bufio"
	"context"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// canAsk reports whether somebody is there to see a question and to answer it.
func canAsk(env term.Env) bool { return env.StdinTerminal && env.StderrTerminal }

// question is what has to be confirmed.
type question struct {
	about string // what there is to know, in a line before it; empty for nothing
	text  string
	typed string // what has to be typed for a yes; empty: y
}

// prompt is the question on a terminal. What is to be answered is not broken at the end of a line.
func (q question) prompt(width int) string {
	text, answer := term.Clean(q.text, term.MaxMessage), "[y/N] "
	if q.about != "" {
		about := q.about
		q.about = ""
		return term.Clean(about, term.MaxMessage) + "\n" + q.prompt(width)
	}
	if q.typed != "" {
		return text + "\nType " + term.Clean(q.typed, term.MaxName) + " to confirm: "
	}
	if width > 0 && term.Cells(text)%width+1+term.Cells(answer) > width {
		return text + "\n" + answer
	}
	return text + " " + answer
}

// fits reports whether an answer is a yes.
func (q question) fits(answer string) bool {
	answer = strings.TrimSpace(answer)
	if q.typed != "" {
		return answer == q.typed
	}
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes")
}

// confirm asks, and returns an error for every answer but yes.
func (p *program) confirm(ctx context.Context, q question) error {
	p.stderr().Printf("%s", q.prompt(p.env.StderrTerminalOf().Width))
	if p.answers == nil {
		p.answers = bufio.NewReader(p.env.Stdin) // which may have the answers to several questions
	}
	answer := make(chan string, 1)
	go func() { // a read cannot be ended; it ends with the process
		line, err := p.answers.ReadString('\n') // no answer is a no
		if err != nil {
			p.stderr().Line("") // Ctrl-D ends no line
		}
		answer <- line
	}()
	select {
	case <-ctx.Done():
		p.stderr().Line("")
		return context.Cause(ctx)
	case yes := <-answer:
		if q.fits(yes) {
			return nil
		}
	}
	return catalogue.ErrDeclined
}
