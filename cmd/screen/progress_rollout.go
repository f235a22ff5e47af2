package screen

import (
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/term"
)

// rolledOn shows an event of a rollout: a line for each wave and each failure, and for
// each item only where everything is to be shown.
func (p *Progress) rolledOn(m journal.Entry) {
	if m.Rollout.Totals != nil { // an event of an item has none
		p.mu.Lock()
		p.state.rollout, p.state.at, p.state.speed = m.Rollout, m.At, m.Speed
		p.mu.Unlock()
	}
	if m.Rollout.Type == rollout.EventProgress {
		return
	}
	line, always := m.Text()
	from := LevelVerbose
	if always {
		from = levelNormal
	}
	var marks []term.Mark
	if i := m.Rollout.Item; i != nil && always {
		marks = append(marks, term.Mark{Word: ": " + string(i.Outcome), As: term.Bad})
	}
	p.Print(from, line, marks...)
}

// rolloutNow describes how far the rollout is at this moment, as now does.
func (s state) rolloutNow() []string {
	now := *s.rollout
	now.WaitedSeconds += time.Since(s.at).Seconds() * s.speed
	return now.Progress()
}
