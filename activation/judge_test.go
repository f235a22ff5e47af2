package activation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// judge compares what a run says with what the simulator has.
func (d *told) judge(number int, a actor, sim *simulator.Simulator, result *activation.Result, err error, printed string) {
	c := sim.Credentials()
	for _, secret := range []string{c.ClientSecret, c.ClientToken, c.AccessToken} {
		if strings.Contains(printed, secret) {
			d.violate("actor %d printed a secret", number)
		}
	}
	d.mu.Lock()
	d.outcomes[endOf(a, result, err)]++
	if result.Activation != nil {
		d.known[result.Activation.ActivationID] = true
	}
	stopped, _ := errors.AsType[*activation.StoppedError](err)
	d.uncertain = d.uncertain || (stopped != nil && stopped.Uncertain)
	d.mu.Unlock()
	if a.verb == "stranger" {
		return
	}
	var held *simulator.Activation
	for _, have := range sim.Activations("prp_1001") {
		if result.Activation != nil && result.Activation.ActivationID.Equal(papi.ID(have.ID)) {
			held = &have
		}
	}
	if result.Activation != nil && held == nil {
		d.violate("actor %d names %s, which does not exist", number, result.Activation.ActivationID)
		return
	}
	for _, gone := range result.Cancelled {
		all := sim.Activations("prp_1001")
		i := indexOf(all, gone.ActivationID)
		if i < 0 || all[i].Status != simulator.StatusAborted && (all[i].Status != simulator.StatusPendingCancellation || !a.target.NoWait) {
			d.violate("actor %d says that it has cancelled %s", number, gone.ActivationID)
		}
	}
	if held != nil && result.Submitted && a.target.FailIfPending {
		d.judgeOvertaking(number, a, sim, *held)
	}
	d.compare(number, a, result, err, held)
}

func indexOf(all []simulator.Activation, id papi.ID) int {
	return slices.IndexFunc(all, func(a simulator.Activation) bool { return id.Equal(papi.ID(a.ID)) })
}

// judgeOvertaking checks that a run that does not wait for others has submitted over
// nothing that came between its first look and its submission. What came while the submission
// was on its way to PAPI, nobody could know.
func (d *told) judgeOvertaking(number int, a actor, sim *simulator.Simulator, own simulator.Activation) {
	sent := a.sent.before(own.Submitted)
	for _, other := range sim.Activations("prp_1001") {
		same := other.Type == own.Type && (other.Version == own.Version || own.Type == simulator.Deactivate)
		served := other.Status == simulator.StatusActive || other.Status == simulator.StatusInactive || other.Status == simulator.StatusDeactivated
		if other.Network == own.Network && !same && served && other.Submitted.After(a.looked.at()) && other.Submitted.Before(sent) {
			d.violate("actor %d has submitted %s over %s, which came after its look at %s", number, own.ID, other.ID, a.looked.at())
		}
	}
}

// timed is a client that keeps when the first look of a run ended, and when its submissions began.
type timed struct {
	*papi.Client
	looked *moment
	sent   *moments
}

func (f timed) CreateActivation(ctx context.Context, ref papi.PropertyRef, req papi.ActivationRequest) (*papi.CreatedActivation, error) {
	f.sent.add(time.Now())
	return f.Client.CreateActivation(ctx, ref, req)
}

func (f timed) Activations(ctx context.Context, ref papi.PropertyRef) (*papi.ActivationList, error) {
	list, err := f.Client.Activations(ctx, ref)
	if err == nil {
		f.looked.set(time.Now())
	}
	return list, err
}

// moment is the first time that is set since it was cleared.
type moment struct {
	mu   sync.Mutex
	time time.Time
}

func (m *moment) set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.time.IsZero() {
		m.time = t
	}
}

func (m *moment) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.time = time.Time{}
}

func (m *moment) at() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.time
}

// moments are several, in their order.
type moments struct {
	mu  sync.Mutex
	all []time.Time
}

func (m *moments) add(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, t)
}

// before returns the last one that is not after a time.
func (m *moments) before(t time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	var last time.Time
	for _, at := range m.all {
		if !at.After(t) {
			last = at
		}
	}
	return last
}

// compare holds an outcome to the activation that it is about.
func (d *told) compare(number int, a actor, result *activation.Result, err error, held *simulator.Activation) {
	in := func(all ...simulator.Status) bool { return held != nil && slices.Contains(all, held.Status) }
	ok := true
	switch result.Outcome {
	case activation.OutcomeActive, activation.OutcomeAlreadyActive:
		// What was active when it was looked at may have lost its place since.
		ok = err == nil && in(simulator.StatusActive, simulator.StatusInactive, simulator.StatusDeactivated) &&
			(a.verb != "activate" || held.Version == a.version)
	case activation.OutcomeSubmitted:
		ok = err == nil && a.target.NoWait && held != nil && (a.verb != "activate" || held.Version == a.version)
	case activation.OutcomeRolledBack:
		ok = err == nil && in(simulator.StatusActive, simulator.StatusInactive, simulator.StatusDeactivated) && held.Type != simulator.Deactivate
	case activation.OutcomeDeactivated:
		ok = err == nil && in(simulator.StatusActive, simulator.StatusInactive, simulator.StatusDeactivated) && held.Type == simulator.Deactivate
	case activation.OutcomeFailed:
		ok = err != nil && in(simulator.StatusFailed)
	case activation.OutcomeAborted:
		ok = err != nil && in(simulator.StatusAborted)
	case activation.OutcomeSuperseded:
		ok = err != nil && in(simulator.StatusInactive, simulator.StatusDeactivated)
	case activation.OutcomeCancelled:
		if a.verb == "rollback" { // what is live is its activation, judge looks at the cancelled ones
			ok = err == nil && len(result.Cancelled) > 0 && result.BlockedBy != nil
			break
		}
		ok = err == nil && (in(simulator.StatusAborted) || a.target.NoWait && in(simulator.StatusPendingCancellation))
	case activation.OutcomeAlreadyCancelled, activation.OutcomeAlreadyInactive:
		ok = err == nil
	case activation.OutcomePlanned, activation.OutcomeOK:
		ok = false
	case "":
		ok = err != nil
		stopped, isStopped := errors.AsType[*activation.StoppedError](err)
		if isStopped && stopped.Cancelled && !in(simulator.StatusAborted, simulator.StatusPendingCancellation) {
			ok = false
		}
	}
	if !ok {
		d.violate("actor %d: outcome %q (%v) about %+v, PAPI has %+v", number, result.Outcome, err, result.Activation, held)
	}
}

func endOf(a actor, result *activation.Result, err error) string {
	if err == nil {
		return a.verb + ": " + string(result.Outcome)
	}
	if result.Outcome != "" {
		return a.verb + ": " + string(result.Outcome)
	}
	kind := strings.TrimPrefix(fmt.Sprintf("%T", err), "*activation.")
	if problem, ok := errors.AsType[*papi.Error](err); ok {
		kind = string(problem.Class)
	}
	return a.verb + ": " + kind
}
