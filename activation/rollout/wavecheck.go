package rollout

import (
	"context"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// CheckOptions selects the checks of [Runner.Check].
type CheckOptions struct {
	Wave     string
	Networks []papi.Network // empty: the plan's
	Only     []string       // properties, by id or name; empty: all of the wave
	Observe  func(Event)    // called for each check; may be nil
}

// Check makes the checks of one wave, whatever is active, with the retries of a run. The result has only that
// wave. Its outcome is [OutcomeChecked]; with [OutcomeFailed] and [OutcomeUndecided] the error is a
// [*CheckError].
func (r *Runner) Check(ctx context.Context, p *Plan, o CheckOptions) (*Result, error) {
	at := slices.IndexFunc(p.Waves, func(w Wave) bool { return w.Name == o.Wave })
	if at < 0 {
		return nil, &NoWaveError{Wave: o.Wave, Plan: p}
	}
	l := newLoop(r, p, Options{Only: o.Only, Observe: o.Observe})
	if err := l.named(); err != nil {
		return nil, err
	}
	result := &Result{Plan: p, Outcome: OutcomeChecked, Waves: []WaveResult{{Name: o.Wave, State: WaveDone}}}
	wave := &result.Waves[0]
	var err error
	for i, s := range l.stages {
		if s.Wave != at || len(o.Networks) > 0 && !slices.Contains(o.Networks, s.Network) {
			continue
		}
		for _, e := range l.of(i) {
			if !l.options.skips(e.Pinned) {
				e.state = Active
			}
		}
		l.stage, l.trouble = i, nil
		if stopped := l.holds(ctx); stopped != nil {
			return result, stopped
		}
		wave.Checks = append(wave.Checks, l.gates[i].results...)
		if l.trouble != nil && (err == nil || l.trouble.outcome == OutcomeFailed) {
			result.Outcome, wave.State, err = l.trouble.outcome, WaveFailed, l.trouble.err
		}
	}
	result.Waited = l.clock.since(l.begun)
	return result, err
}

// holds makes rounds of checks until all hold or the time for retries is over.
func (l *loop) holds(ctx context.Context) error {
	g := &l.gates[l.stage]
	for {
		l.makeChecks(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if l.trouble != nil || g.held {
			return nil
		}
		timer := time.NewTimer(l.clock.real(checkRetry))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}
