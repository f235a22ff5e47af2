package screen

import (
	"context"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Note prints a recommendation.
func (p *Progress) Note(text string) {
	p.Print(levelNormal, "note: "+text, term.Mark{Word: "note:", As: term.Title})
}

// TimeoutNote is a sink that says, once, that --timeout will not be enough.
type TimeoutNote struct {
	Progress *Progress
	Timeout  time.Duration // 0: the default, which is
	once     sync.Once
}

// Happened implements journal.Sink.
func (h *TimeoutNote) Happened(m journal.Entry) {
	if m.Kind == activation.EventSubmitted && h.Timeout > 0 && m.Usual > h.Timeout {
		h.once.Do(func() {
			h.Progress.Note("--timeout " + term.Duration(h.Timeout) + " is shorter than the " + term.Duration(m.Usual) + " that this usually takes")
		})
	}
}

// Concluded implements journal.Sink.
func (h *TimeoutNote) Concluded(context.Context, *result.Document, *journal.Run) error { return nil }
