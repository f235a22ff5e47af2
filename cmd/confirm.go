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

// confirm asks, and returns an error for every answer but yes.
func (p *program) confirm(ctx context.Context, question string) error {
	p.stderr().Printf("%s [y/N] ", term.Clean(question, term.MaxMessage))
	answer := make(chan string, 1)
	go func() { // a read cannot be ended; it ends with the process
		line, err := bufio.NewReader(p.env.Stdin).ReadString('\n') // no answer is a no
		if err != nil {
			p.stderr().Line("") // Ctrl-D ends no line
		}
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		p.stderr().Line("")
		return context.Cause(ctx)
	case yes := <-answer:
		if yes == "y" || yes == "yes" {
			return nil
		}
	}
	return catalogue.ErrDeclined
}
