package result

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Rollout is the state of a rollout: a plan, or its progress.
type Rollout struct {
	Name     string           `json:"name"`
	Mark     string           `json:"mark"`
	State    rollout.Outcome  `json:"state"`
	Networks []papi.Network   `json:"networks"`
	Waves    []*RolloutWave   `json:"waves"`
	Totals   *RolloutTotals   `json:"totals"`
	Budget   *RolloutBudget   `json:"budget"`
	Requests *RolloutRequests `json:"requests"`
	Warnings []string         `json:"warnings"`
	Options  []string         `json:"options"`
	Next     *string          `json:"next"`
	// Plan is the pinned plan; rollout apply accepts the document because of it.
	Plan json.RawMessage `json:"plan,omitempty"`
}

// RolloutPlanned is the outcome of rollout plan.
const RolloutPlanned rollout.Outcome = "planned"

// RolloutWave is a wave of a rollout.
type RolloutWave struct {
	Name         string             `json:"name"`
	Outcome      rollout.WaveState  `json:"outcome"`
	AtOnce       int                `json:"atOnce"`
	WatchSeconds float64            `json:"watchSeconds"`
	CheckNames   []string           `json:"checkNames"`
	Totals       *RolloutTotals     `json:"totals"`
	Items        []*RolloutItem     `json:"items"`
	ItemsLeftOut int                `json:"itemsLeftOut,omitempty"`
	Checks       []*RolloutCheck    `json:"checks"`
	Estimates    []*RolloutEstimate `json:"estimates,omitempty"`
}

// RolloutItem is a property, or an include, on a network.
type RolloutItem struct {
	Property   *Property     `json:"property"`
	Network    papi.Network  `json:"network"`
	Version    int           `json:"version"`
	Before     *int          `json:"before"`
	Current    *int          `json:"current"`
	Outcome    rollout.State `json:"outcome"`
	Submitted  bool          `json:"submitted"`
	Adopted    bool          `json:"adopted"`
	Fast       bool          `json:"fast"`
	Activation *Activation   `json:"activation"`
	BlockedBy  *Activation   `json:"blockedBy"`
	Ahead      *Ahead        `json:"ahead,omitempty"`
	Error      *Error        `json:"error"`
}

// RolloutCheck is the result of a check of one property.
type RolloutCheck struct {
	Check    string          `json:"check"`
	Property string          `json:"property"`
	Network  papi.Network    `json:"network"`
	Outcome  rollout.Verdict `json:"outcome"`
	Detail   string          `json:"detail"`
}

// RolloutTotals counts items by their state.
type RolloutTotals struct {
	Items      int `json:"items"`
	Active     int `json:"active"`
	Underway   int `json:"underway"`
	Waiting    int `json:"waiting"`
	Blocked    int `json:"blocked"`
	Failed     int `json:"failed"`
	RolledBack int `json:"rolledBack"`
	Skipped    int `json:"skipped"`
	Unknown    int `json:"unknown"`
}

// RolloutBudget compares the activations that are needed with the remaining daily budget.
type RolloutBudget struct {
	Activations int        `json:"activations"`
	Returns     int        `json:"returns"`
	Reserve     int        `json:"reserve"`
	Remaining   *int       `json:"remaining"`
	Reset       *time.Time `json:"reset"`
}

// RolloutRequests is the number of requests, expected and sent.
type RolloutRequests struct {
	Expected *int `json:"expected"`
	Sent     int  `json:"sent"`
}

// RolloutEstimate is the estimated duration of a wave with a given number of concurrent activations.
type RolloutEstimate struct {
	Network     papi.Network `json:"network"`
	AtOnce      int          `json:"atOnce"`
	Chosen      bool         `json:"chosen"`
	TookSeconds float64      `json:"tookSeconds"`
	// FallbackUsedSeconds is how much of the hour for fast fallback has passed at the end of the wave.
	FallbackUsedSeconds float64 `json:"fallbackUsedSeconds"`
}

// NewRollout converts the result of a rollout.
func NewRollout(r *rollout.Result, now time.Time) *Rollout {
	v := newRollout(r.Plan)
	v.State = r.Outcome
	v.Totals, v.Budget = newTotals(r.Totals), NewRolloutBudget(r.Plan, r.Needs, r.Budget)
	for _, m := range r.Plan.Warnings {
		v.Warnings = append(v.Warnings, m.String())
	}
	if r.Another != nil {
		v.Warnings = append(v.Warnings, r.Another.Error())
	}
	byName := map[string]*RolloutWave{}
	for _, w := range v.Waves {
		byName[w.Name] = w
	}
	for _, w := range r.Waves {
		wave := byName[w.Name]
		wave.Outcome, wave.Totals = w.State, newTotals(w.Totals)
		for n := range w.Items {
			wave.Items = append(wave.Items, NewRolloutItem(&w.Items[n], now))
		}
		for n := range w.Checks {
			wave.Checks = append(wave.Checks, NewRolloutCheck(&w.Checks[n]))
		}
	}
	return v
}

// newRollout converts a plan's waves, without items.
func newRollout(p *rollout.Plan) *Rollout {
	v := &Rollout{Name: p.Name, Mark: p.Mark(), Networks: p.Networks, Warnings: []string{}, Options: []string{}}
	for _, w := range p.Waves {
		v.Waves = append(v.Waves, &RolloutWave{
			Name: w.Name, Outcome: rollout.WaveOpen, AtOnce: w.AtOnce, WatchSeconds: Seconds(time.Duration(w.Watch)),
			CheckNames: append([]string{}, w.Checks...), Totals: newTotals(rollout.Totals{}),
			Items: []*RolloutItem{}, Checks: []*RolloutCheck{},
		})
	}
	return v
}

// NewRolloutPlan converts a plan that was not begun, with estimates. Items whose version was already active
// when the plan was made are shown as active.
func NewRolloutPlan(p *rollout.Plan, q *papi.Quota) *Rollout {
	prospect := p.Prospect()
	prospect.Budget, prospect.Outcome = q, RolloutPlanned
	v := NewRollout(prospect, time.Time{})
	v.Requests = &RolloutRequests{Expected: new(p.Requests())}
	for _, s := range p.Stages() {
		v.Waves[s.Wave].Estimates = append(v.Waves[s.Wave].Estimates, newEstimates(p, s)...)
	}
	var first []string
	for _, i := range p.Items() {
		if i.Before() == 0 {
			first = append(first, i.Title()+" on "+string(i.Network))
		}
	}
	v.warnOfFirst(first)
	v.Warnings = append(v.Warnings, planWarnings(v)...)
	return v
}

// warnOfFirst adds a warning of items that can only go back by deactivation.
func (v *Rollout) warnOfFirst(items []string) {
	if len(items) > 0 {
		v.Warnings = append(v.Warnings, "nothing was active before, so that going back means to deactivate, which needs --deactivate-new: "+some(items))
	}
}

// newEstimates returns estimates for little concurrency, for that of the plan, and for all at once.
func newEstimates(p *rollout.Plan, s rollout.Stage) []*RolloutEstimate {
	const few = 50
	chosen := min(p.Waves[s.Wave].AtOnce, s.Count)
	numbers := []int{few, chosen, s.Count}
	slices.Sort(numbers)
	numbers = slices.Compact(slices.DeleteFunc(numbers, func(n int) bool { return n > s.Count }))
	var all []*RolloutEstimate
	for _, e := range p.Estimates(s, numbers...) {
		all = append(all, &RolloutEstimate{
			Network: s.Network, AtOnce: e.AtOnce, Chosen: e.AtOnce == chosen,
			TookSeconds: Seconds(e.Took), FallbackUsedSeconds: Seconds(e.FallbackUsed),
		})
	}
	return all
}

// planWarnings are warnings to read before carrying out the plan.
func planWarnings(v *Rollout) []string {
	var all []string
	for _, w := range v.Waves {
		for _, e := range w.Estimates {
			if e.Chosen && e.FallbackUsedSeconds > fallbackTime.Seconds() {
				all = append(all, fmt.Sprintf("wave %s on %s takes longer than the hour in which its first items can be returned fast", w.Name, e.Network))
			}
		}
	}
	if b := v.Budget; b.Remaining != nil && b.Activations+b.Returns > *b.Remaining-b.Reserve {
		all = append(all, "the day's activations do not suffice: "+b.Text())
	}
	return all
}

// fallbackTime is for how long PAPI offers a fast fallback.
const fallbackTime = time.Hour

// some names the first few.
func some(all []string) string {
	const most = 5
	if more := len(all) - most; more > 0 {
		return strings.Join(all[:most], ", ") + " and " + term.VersionText(more) + " more"
	}
	return strings.Join(all, ", ")
}

// Text says what is needed and what is left.
func (b *RolloutBudget) Text() string {
	text := term.Plural(b.Activations, "activation") + " to submit"
	if b.Returns > 0 {
		text += ", up to " + term.VersionText(b.Returns) + " more to go back"
	}
	if b.Remaining == nil {
		return text + "; how many are left today is not known here"
	}
	text += "; " + term.VersionText(*b.Remaining) + " are left today"
	if b.Reserve > 0 {
		text += ", " + term.VersionText(b.Reserve) + " of them reserved for others"
	}
	return text
}

// NewRolloutItem converts an item in its state at now.
func NewRolloutItem(i *rollout.ItemResult, now time.Time) *RolloutItem {
	v := &RolloutItem{
		Property: NewProperty(AssetRef{ID: i.PropertyID, ContractID: i.ContractID, GroupID: i.GroupID}, i.Name),
		Network:  i.Network, Version: i.Version, Before: OptionalVersion(i.Before()), Current: OptionalVersion(i.On), Outcome: i.State,
		Submitted: i.Submitted, Adopted: i.Adopted, Fast: i.Fast,
		Activation: NewActivation(i.Activation, now), BlockedBy: NewActivation(i.BlockedBy, now), Ahead: newAhead(i.Ahead),
	}
	if i.Err != nil && (i.State.Bad() || i.State == rollout.ReturnFailed || i.State == rollout.NotReturnable || i.State == rollout.Unknown) {
		verdict := catalogue.Judge(i.Err)
		v.Error = newError(verdict, i.Err, verdict.Help)
	}
	return v
}

// NewRolloutCheck converts the result of a check.
func NewRolloutCheck(c *rollout.CheckResult) *RolloutCheck {
	return &RolloutCheck{Check: c.Check, Property: c.Property, Network: c.Network, Outcome: c.Verdict, Detail: c.Detail}
}

// NewRolloutBudget compares what is needed with what is left.
func NewRolloutBudget(p *rollout.Plan, need rollout.Needs, q *papi.Quota) *RolloutBudget {
	b := &RolloutBudget{Activations: need.Activations, Returns: need.Returns, Reserve: p.Reserve}
	if q != nil {
		b.Remaining, b.Reset = q.Remaining, OptionalTime(q.Reset)
	}
	return b
}

func newTotals(t rollout.Totals) *RolloutTotals {
	return &RolloutTotals{
		Items: t.Items, Active: t.Active, Underway: t.Underway, Waiting: t.Waiting, Blocked: t.Blocked,
		Failed: t.Failed, RolledBack: t.Returned, Skipped: t.Skipped, Unknown: t.Unknown,
	}
}

// Title names the item's property.
func (i *RolloutItem) Title() string { return i.Property.Text() }

// Failures returns the items of all waves that failed, followed by those that were skipped because of them.
func (v *Rollout) Failures() []*RolloutItem {
	var failed, skipped []*RolloutItem
	for _, w := range v.Waves {
		for _, i := range w.Items {
			switch i.Outcome { //nolint:exhaustive // the others are not failures
			case rollout.Skipped:
				skipped = append(skipped, i)
			case rollout.NotReturnable, rollout.ReturnFailed:
				failed = append(failed, i)
			default:
				if i.Outcome.Bad() {
					failed = append(failed, i)
				}
			}
		}
	}
	return append(failed, skipped...)
}

// NotHeld returns the checks that failed or could not be made.
func (v *Rollout) NotHeld() []*RolloutCheck {
	var all []*RolloutCheck
	for _, w := range v.Waves {
		for _, c := range w.Checks {
			if c.Outcome != rollout.Held {
				all = append(all, c)
			}
		}
	}
	return all
}

// Text counts in words; failed items are mentioned only if there are any.
func (t *RolloutTotals) Text() string {
	parts := []string{term.VersionText(t.Active) + " of " + term.VersionText(t.Items) + " active"}
	for _, part := range []struct {
		n    int
		what string
	}{
		{t.Underway, "on their way"},
		{t.Blocked, "waiting for others"},
		{t.Failed, "failed"},
		{t.RolledBack, "rolled back"},
		{t.Skipped, "left out"},
		{t.Unknown, "not known"},
	} {
		if part.n > 0 {
			parts = append(parts, term.VersionText(part.n)+" "+part.what)
		}
	}
	return strings.Join(parts, ", ")
}
