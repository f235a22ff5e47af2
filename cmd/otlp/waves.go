package otlp

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
)

// wavesOf divides a rollout: it looks first; then there is a phase for each wave on each of
// its networks, and one for the way back. Failures are events of theirs.
func wavesOf(begun, ended time.Time, events []journal.Entry, requests []journal.Request) []*tracePhase {
	now := &tracePhase{name: "look", begun: begun}
	all := []*tracePhase{now}
	for _, e := range events {
		switch e.Rollout.Type { //nolint:exhaustive // the others happen within a phase
		case rollout.EventWaveStarted, rollout.EventReturning:
			now.ended = later(e.At, now.begun)
			now = &tracePhase{name: "wave", network: e.Rollout.Network, begun: now.ended, wave: e.Rollout}
			if e.Rollout.Type == rollout.EventReturning {
				now = &tracePhase{name: "return", begun: now.begun}
			}
			now.first = slices.IndexFunc(requests, func(r journal.Request) bool { return !beganAt(r).Before(now.begun) })
			if now.first < 0 {
				now.first = len(requests)
			}
			all = append(all, now)
			continue
		case rollout.EventWaveEnded:
			if now.wave != nil {
				now.wave = e.Rollout
			}
			continue
		}
		now.moments = append(now.moments, e)
	}
	now.ended = later(ended, now.begun)
	return all
}

// wave says of a span which wave it is of, and what became of its items.
func (s *traceSpan) wave(e *result.RolloutEvent) {
	if e == nil {
		return
	}
	s.text("propctl.rollout.wave", e.Wave)
	if e.Totals != nil {
		s.number("propctl.rollout.items", e.Totals.Items)
		s.number("propctl.rollout.active", e.Totals.Active)
		s.number("propctl.rollout.failed", e.Totals.Failed)
	}
	if e.Error != "" {
		s.fail(string(rollout.OutcomeFailed), e.Error)
	}
}
