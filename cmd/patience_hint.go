package cmd

import (
	"context"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// hint prints what could be done better.
func (p *progress) hint(text string) {
	p.at(levelNormal, "hint: "+text, term.Mark{Word: "hint:", As: term.Title})
}

// patienceHint is a sink that says, once, that --timeout will not be enough.
type patienceHint struct {
	progress *progress
	timeout  time.Duration // 0: the default, which is
	once     sync.Once
}

// Happened implements sink.
func (h *patienceHint) Happened(m journal.Entry) {
	if m.Kind == activation.EventSubmitted && h.timeout > 0 && m.Usual > h.timeout {
		h.once.Do(func() {
			h.progress.hint("--timeout " + term.Duration(h.timeout) + " is shorter than the " + term.Duration(m.Usual) + " that this usually takes")
		})
	}
}

// Concluded implements sink.
func (h *patienceHint) Concluded(context.Context, *result.Document, *journal.Run) error { return nil }
