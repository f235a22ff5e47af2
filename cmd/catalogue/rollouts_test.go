package catalogue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// board is a rollout over the machine's simulated PAPI.
type board struct {
	*machine

	options rollout.Options
	found   rollout.Verdict // by every check
}

// plan pins a manifest of properties, which may have more lines.
func (b *board) plan(properties string, lines ...string) (*rollout.Plan, error) {
	text := "name: test\nnotify: [you@example.com]\nproperties: [" + properties + "]\n" + strings.Join(lines, "\n") + "\n"
	m, err := rollout.ParseManifest([]byte(text))
	if err != nil {
		return nil, &catalogue.RolloutFileError{File: "rollout.yaml", Err: err}
	}
	return rollout.Resolve(context.Background(), b.client, m, time.Now())
}

// Check implements rollout.Checker.
func (b *board) Check(context.Context, rollout.Check, rollout.Item) rollout.Finding {
	return rollout.Finding{Verdict: b.found, Detail: "it answers 500"}
}

// apply is what the command makes of a run.
func (b *board) apply(p *rollout.Plan, err error) error {
	if err != nil {
		return err
	}
	res, err := (&rollout.Runner{API: b.client, Checker: b}).Apply(context.Background(), p, b.options)
	if err != nil {
		return &catalogue.RolloutError{Outcome: res.Outcome, Err: err}
	}
	return nil
}

func (b *board) inject(t *testing.T, f simulator.Fault) {
	t.Helper()
	f.Times = -1
	b.sim.Inject(f)
}

const (
	homeIsChecked = "checks: {home: {http: 'https://{hostname}/', within: 1m}}\nwaves: [{name: all, checks: [home]}]"
	undone        = "on-failure: rollback"
)

// rolloutRows is how the rows of rollouts come about.
func rolloutRows() map[string]func(*testing.T, *board) error {
	return map[string]func(*testing.T, *board) error{
		"manifest": func(_ *testing.T, b *board) error { return b.apply(b.plan("prp_1001", "on-failure: explode")) },
		"plan-file": func(t *testing.T, b *board) error {
			t.Helper()
			p, err := b.plan("prp_1001@8")
			if err != nil {
				return err
			}
			data, err := p.Encode()
			if err != nil {
				return err
			}
			_, err = rollout.ParsePlan(bytes.ReplaceAll(data, []byte(`"version": 8`), []byte(`"version": 7`)))
			return &catalogue.RolloutFileError{File: "plan.json", Plan: true, Err: err}
		},
		"selection":      func(_ *testing.T, b *board) error { return b.apply(b.plan("{select: {name: 'zzz*'}}")) },
		"rollout-failed": func(_ *testing.T, b *board) error { return b.apply(b.plan("prp_1007@2")) },
		"rollout-check-failed": func(_ *testing.T, b *board) error {
			b.found = rollout.NotHeld
			return b.apply(b.plan("prp_1001@8", homeIsChecked))
		},
		"rollout-check-undecided": func(_ *testing.T, b *board) error {
			b.found = rollout.NotDecided
			return b.apply(b.plan("prp_1001@8", homeIsChecked))
		},
		"rollout-rolled-back": func(_ *testing.T, b *board) error { return b.apply(b.plan("prp_1001@8, prp_1007@2", undone)) },
		"rollout-closed": func(t *testing.T, b *board) error {
			t.Helper()
			p, err := b.plan("prp_1001@8, prp_1007@2", undone)
			if again := b.apply(p, err); !catalogue.Is[*catalogue.RolloutError](again) {
				t.Fatalf("the first run: %v", again)
			}
			return b.apply(p, nil)
		},
		"rollout-superseded": func(t *testing.T, b *board) error {
			t.Helper()
			p, err := b.plan("prp_1001@8")
			if first := errors.Join(b.apply(p, err), activate("prp_1001", 6, nil)(t.Context(), b.machine)); first != nil {
				t.Fatal(first)
			}
			return b.apply(p, nil)
		},
		"rollout-rejected": func(t *testing.T, b *board) error {
			t.Helper()
			b.inject(t, on(simulator.OpSubmit, "errors"))
			return b.apply(b.plan("prp_1001@8"))
		},
		"rollout-uncertain": func(t *testing.T, b *board) error {
			t.Helper()
			b.inject(t, simulator.Fault{Operation: simulator.OpSubmit, Drop: true, After: true})
			b.inject(t, simulator.Fault{Operation: simulator.OpList, Status: 503, Skip: 2})
			return b.apply(b.plan("prp_1001@8"))
		},
		"rollout-return-failed": func(t *testing.T, b *board) error {
			t.Helper()
			f := problem(400, "next-year")
			f.Skip = 2
			b.inject(t, f)
			return b.apply(b.plan("prp_1001@8, prp_1007@2", undone))
		},
		"rollout-not-returnable": func(_ *testing.T, b *board) error {
			return b.apply(b.plan("prp_1001@8, prp_1008@1, prp_1007@2", undone))
		},
		"drifted": func(t *testing.T, b *board) error {
			t.Helper()
			p, err := b.plan("prp_1001@8")
			if first := activate("prp_1001", 6, nil)(t.Context(), b.machine); first != nil {
				t.Fatal(first)
			}
			return b.apply(p, err)
		},
		"another-plan": func(t *testing.T, b *board) error {
			t.Helper()
			p, err := b.plan("prp_1001@8")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := (&rollout.Runner{API: b.client}).Apply(ctx, p, b.options); !catalogue.Is[*rollout.StoppedError](err) {
				t.Fatalf("the first run: %v", err)
			}
			return b.apply(b.plan("prp_1001@6, prp_1002@4"))
		},
		"budget-short": func(_ *testing.T, b *board) error {
			b.options.Budget = &papi.Quota{Limit: new(4), Remaining: new(1), AsOf: time.Now()}
			return b.apply(b.plan("prp_1001@8, prp_1002@4"))
		},
		"another-account": func(_ *testing.T, b *board) error {
			p, err := b.plan("prp_1001@8")
			if err == nil {
				p.AccountID = "act_A-OTHER"
			}
			return b.apply(p, err)
		},
	}
}

// Rollouts end with the row of what the whole is, whatever the errors of single items are.
func TestRealRolloutsEndWithTheirRow(t *testing.T) {
	for code, run := range rolloutRows() {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := run(t, &board{machine: newMachine(t, provocation{}), found: rollout.Held})
				if err == nil {
					t.Fatal("no error")
				}
				row := catalogue.Lookup(code)
				for _, wrapped := range []error{err, fmt.Errorf("the command: %w", errors.Join(nil, err))} {
					if v := catalogue.Judge(wrapped); v.Code != code || v.Outcome != row.Outcome || v.ExitCode != row.ExitCode || v.Category != row.Category || v.Help != row.Help {
						t.Errorf("%v is judged as %+v, want the row %s", wrapped, v, code)
					}
				}
			})
		})
	}
}
