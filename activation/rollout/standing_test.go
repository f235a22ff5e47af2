package rollout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// onePlan has one property, on the networks.
func onePlan(networks ...papi.Network) *Plan {
	p := &Plan{
		Kind: PlanKind, SchemaVersion: planVersion, Name: "test", AccountID: "act_1", Networks: networks,
		Waves: []Wave{{Name: "all", AtOnce: 10, Properties: []Pinned{{PropertyID: "prp_1", Name: "www.example.com", Version: 3, Staging: 2, Production: 2}}}},
	}
	p.OnFailure, p.Undecided = Stop, UndecidedPauses
	p.Digest = p.digest()
	return p
}

// row is an activation in short: minute and id, version, status, and what its note is:
// "ours", "ours #2", "back", "back wave", "bulk", "other", or somebody's text.
type row struct {
	at      int // minutes after noon; its id as well
	version int
	status  papi.Status
	note    string
}

func (r row) activation(p *Plan, network papi.Network) papi.Activation {
	m := Mark{Name: p.Name, Digest: p.Digest, Place: 1, Total: len(p.Items()), Attempt: 1}
	words := strings.Fields(r.note)
	note := r.note
	kind := papi.Activate
	for i, word := range words {
		switch {
		case word == "deactivate":
			kind = papi.Deactivate
		case word == "other":
			m.Digest = "0123456789ab"
		case word == "back":
			m.Back = true
		case word == "bulk":
			m.Part = Part{1, 1}
		case word == "wave" || word == "all":
			m.Scope = Scope(word)
		case strings.HasPrefix(word, "#"):
			fmt.Sscanf(word, "#%d", &m.Attempt)
		case word != "ours":
			words[i] = ""
		}
	}
	if len(words) > 0 && (words[0] == "ours" || words[0] == "back" || words[0] == "bulk" || words[0] == "other") {
		note = m.In("A change")
	}
	at := noon.Add(time.Duration(r.at) * time.Minute)
	return papi.Activation{
		ActivationID: papi.ID(fmt.Sprintf("atv_%d", 100+r.at)), ActivationType: kind, PropertyID: "prp_1", PropertyVersion: r.version,
		Network: network, Status: r.status, Note: note, SubmitDate: at, UpdateDate: at.Add(90 * time.Second),
	}
}

func rows(p *Plan, network papi.Network, all ...row) []papi.Activation {
	var have []papi.Activation
	for _, r := range all {
		have = append(have, r.activation(p, network))
	}
	return have
}

func TestHowAnItemStandsByItsListInAnyOrder(t *testing.T) {
	const (
		active, inactive, pending, failed = papi.StatusActive, papi.StatusInactive, papi.StatusPending, papi.StatusFailed
		cancelling, aborted               = papi.StatusPendingCancellation, papi.StatusAborted
	)
	before := row{0, 2, active, "mine"}
	was := row{0, 2, inactive, "mine"}
	for _, c := range []struct {
		name   string
		closed int
		list   []row
		want   State
		about  int // minute of the activation; -1: none
		ours   bool
	}{
		{"nothing was ever active", 0, nil, Waiting, -1, false},
		{"another version is active", 0, []row{before}, Waiting, -1, false},
		{"ours is on its way", 0, []row{before, {5, 3, pending, "ours"}}, Underway, 5, true},
		{"ours is in a status that nobody knows", 0, []row{before, {5, 3, "ZONE_9", "ours"}}, Underway, 5, true},
		{"somebody's of the same version is on its way", 0, []row{before, {5, 3, pending, "mine"}}, Underway, 5, false},
		{"somebody's of another version is on its way", 0, []row{before, {5, 4, pending, "mine"}}, Blocked, 5, false},
		{"a deactivation is on its way", 0, []row{before, {5, 2, pending, "deactivate"}}, Blocked, 5, false},
		{"something of an unknown status is in the way", 0, []row{before, {5, 4, "NOBODY_KNOWS", "mine"}}, Blocked, 5, false},
		{"somebody's is being cancelled", 0, []row{before, {5, 3, cancelling, "mine"}}, Blocked, 5, false},
		{"ours is being cancelled", 0, []row{before, {5, 3, cancelling, "ours"}}, Underway, 5, true},
		{"ours beside somebody's", 0, []row{before, {5, 3, pending, "ours"}, {6, 4, pending, "mine"}}, Underway, 5, true},
		{"ours behind somebody's", 0, []row{before, {5, 4, pending, "mine"}, {6, 3, pending, "ours"}}, Underway, 6, true},
		{"ours is active", 0, []row{was, {5, 3, active, "ours"}}, Active, 5, true},
		{"ours of a bulk request is active", 0, []row{was, {5, 3, active, "bulk"}}, Active, 5, true},
		{"somebody's is active", 0, []row{was, {5, 3, active, "mine"}}, Active, 5, false},
		{"somebody has activated it again", 0, []row{was, {5, 3, inactive, "ours"}, {9, 3, active, "mine"}}, Active, 9, false},
		{"ours has failed", 0, []row{before, {5, 3, failed, "ours"}}, Failed, 5, true},
		{"ours was cancelled", 0, []row{before, {5, 3, aborted, "ours"}}, Failed, 5, true},
		{"somebody's has failed", 0, []row{before, {5, 3, failed, "mine"}}, Waiting, -1, false},
		{"ours has failed, and somebody's is active", 0, []row{was, {5, 3, failed, "ours"}, {9, 3, active, "mine"}}, Active, 9, false},
		{"ours has failed, and was tried again", 0, []row{before, {5, 3, failed, "ours"}, {9, 3, pending, "ours"}}, Underway, 9, true},
		{"another version has its place", 0, []row{was, {5, 3, inactive, "ours"}, {9, 4, active, "mine"}}, Superseded, 5, true},
		{"it was taken off", 0, []row{was, {5, 3, papi.StatusDeactivated, "ours"}, {9, 3, active, "deactivate"}}, Superseded, 5, true},
		{"it is going back", 0, []row{was, {5, 3, active, "ours"}, {9, 2, pending, "back all"}}, Returning, 9, true},
		{"it is going back behind somebody's", 0, []row{was, {5, 3, active, "ours"}, {9, 2, pending, "back all"}, {10, 4, pending, "mine"}}, Returning, 9, true},
		{"it has gone back", 0, []row{was, {5, 3, inactive, "ours"}, {9, 2, active, "back all"}}, Returned, 9, false},
		{"it has gone back, and somebody has gone on", 0, []row{was, {5, 3, inactive, "ours"}, {9, 2, inactive, "back"}, {12, 4, active, "mine"}}, Returned, 9, false},
		{"its return has failed", 0, []row{was, {5, 3, active, "ours"}, {9, 2, failed, "back all"}}, ReturnFailed, 5, true},
		{"its return has failed, and somebody has gone on", 0, []row{was, {5, 3, inactive, "ours"}, {9, 2, failed, "back"}, {12, 4, active, "x"}}, ReturnFailed, 9, false},
		{"it was taken off by its return", 0, []row{{5, 3, papi.StatusDeactivated, "ours"}, {9, 3, active, "back deactivate"}}, Returned, 9, false},
		{"a first attempt that is closed has gone back", 1, []row{was, {5, 3, inactive, "ours"}, {9, 2, active, "back all"}}, Waiting, -1, false},
		{"a second attempt is on its way", 1, []row{was, {5, 3, inactive, "ours"}, {9, 2, active, "back all"}, {20, 3, pending, "ours #2"}}, Underway, 20, true},
		{"a second attempt has gone back", 1, []row{was, {5, 3, inactive, "ours"}, {9, 2, inactive, "back"}, {20, 3, inactive, "ours #2"}, {30, 2, active, "back #2"}}, Returned, 30, false},
		{"another plan's is on its way", 0, []row{before, {5, 3, pending, "other"}}, Underway, 5, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, network := range []papi.Network{papi.Staging, papi.Production} {
				p := onePlan(papi.Staging, papi.Production)
				item := p.Items()[0]
				if network == papi.Production {
					item = p.Items()[1]
				}
				have := rows(p, network, c.list...)
				other := rows(p, map[papi.Network]papi.Network{papi.Staging: papi.Production, papi.Production: papi.Staging}[network], row{50, 3, pending, "ours"})
				for range 6 {
					list := append([]papi.Activation{}, append(have, other...)...)
					rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
					s := p.stands(item, list, c.closed)
					about := -1
					if s.about != nil {
						fmt.Sscanf(s.about.ActivationID.Bare(), "%d", &about)
						about -= 100
					}
					if s.state != c.want || about != c.about || s.ours != c.ours {
						t.Fatalf("on %s: %s about %d, ours %v; want %s about %d, ours %v", network, s.state, about, s.ours, c.want, c.about, c.ours)
					}
				}
			}
		})
	}
}

func TestWhatAListTellsBesideTheState(t *testing.T) {
	p := onePlan(papi.Staging)
	item := p.Items()[0]
	const active, inactive, failed, pending = papi.StatusActive, papi.StatusInactive, papi.StatusFailed, papi.StatusPending
	for _, c := range []struct {
		name string
		list []row
		want string // attempts, returns, scope, before, version, other plan, restored
	}{
		{"nothing", nil, "0 0  0 0 false false"},
		{"before", []row{{0, 2, active, "x"}}, "0 0  0 2 false false"},
		{"ours", []row{{0, 2, inactive, "x"}, {5, 3, active, "ours"}}, "1 0  2 3 false false"},
		{
			"the version before is the one that has served, not one that has failed",
			[]row{{0, 1, inactive, "x"}, {2, 2, failed, "x"}, {5, 3, active, "ours"}},
			"1 0  1 3 false false",
		},
		{
			"nothing was active before after a deactivation",
			[]row{{0, 2, papi.StatusDeactivated, "x"}, {2, 2, active, "deactivate"}, {5, 3, active, "ours"}},
			"1 0  0 3 false false",
		},
		{"the same version before does not count", []row{{0, 2, inactive, "x"}, {2, 3, inactive, "x"}, {5, 3, active, "ours"}}, "1 0  2 3 false false"},
		{"the widest scope counts", []row{{5, 3, inactive, "ours"}, {8, 2, inactive, "back all"}, {9, 2, active, "back wave"}}, "1 1 all 0 2 false true"},
		{"of the latest attempt", []row{{8, 2, inactive, "back all"}, {9, 2, active, "back wave #2"}}, "0 2 wave 0 2 false true"},
		{"another plan on its way", []row{{0, 2, active, "x"}, {5, 4, pending, "other"}}, "0 0  0 2 true false"},
		{"another plan that has ended", []row{{0, 2, inactive, "x"}, {5, 4, active, "other"}}, "0 0  0 4 false false"},
		{"another plan that has failed there", []row{{0, 2, active, "x"}, {5, 3, failed, "other"}}, "0 0  0 2 true false"},
		{"another plan that has failed there, and was followed", []row{{5, 3, failed, "other"}, {6, 2, active, "x"}}, "0 0  0 2 false false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := rows(p, papi.Staging, c.list...)
			for range 6 {
				rand.Shuffle(len(have), func(i, j int) { have[i], have[j] = have[j], have[i] })
				s := p.stands(item, have, 0)
				if got := fmt.Sprintf("%d %d %s %d %d %v %v", s.attempt, s.backAttempt, s.scope, s.before, s.version, s.other != nil, s.restored); got != c.want {
					t.Fatalf("got %q, want %q", got, c.want)
				}
			}
		})
	}
}

func TestWhatPAPINamesForItsFallbackIsTheVersionBefore(t *testing.T) {
	p := onePlan(papi.Staging)
	have := rows(p, papi.Staging, row{0, 1, papi.StatusInactive, "x"}, row{5, 3, papi.StatusActive, "ours"})
	have[1].FallbackInfo = &papi.FallbackInfo{FallbackVersion: 2}
	if s := p.stands(p.Items()[0], have, 0); s.before != 2 {
		t.Errorf("it is %d", s.before)
	}
	have[1].FallbackInfo.FallbackVersion = 3 // which is no way back
	if s := p.stands(p.Items()[0], have, 0); s.before != 1 {
		t.Errorf("it is %d", s.before)
	}
}

func TestEveryStateIsSettledOrNot(t *testing.T) {
	for _, c := range []struct {
		states       []State
		settled, bad bool
	}{
		{[]State{Waiting, Blocked, Underway, Returning, Unknown, Inactive, "nobody knows"}, false, false},
		{[]State{Failed, Rejected, Superseded, Skipped, Overdue, Uncertain, Drifted}, true, true},
		{[]State{Active, Returned, ReturnFailed, NotReturnable}, true, false},
	} {
		for _, s := range c.states {
			if s.Settled() != c.settled || s.Bad() != c.bad {
				t.Errorf("%s: settled %v, a failure %v", s, s.Settled(), s.Bad())
			}
		}
	}
}

func TestAListOfAnotherPlanOrPropertyIsNoEvidence(t *testing.T) {
	p := onePlan(papi.Staging)
	item := p.Items()[0]
	for _, note := range []string{
		"[propctl other/" + p.Digest + " 1/1]", "[propctl test/0123456789ab 1/1]", "propctl test/" + p.Digest + " 1/1", "[propctl test/" + p.Digest + " 1/1] and more",
	} {
		have := rows(p, papi.Staging, row{5, 3, papi.StatusFailed, note})
		if s := p.stands(item, have, 0); s.state == Failed || s.attempt != 0 {
			t.Errorf("%q: %+v", note, s)
		}
	}
	// A mark on another version is no evidence, whoever has written it.
	have := rows(p, papi.Staging, row{5, 4, papi.StatusActive, "ours"})
	if s := p.stands(item, have, 0); s.state != Waiting || s.attempt != 0 || s.version != 4 {
		t.Errorf("%+v", s)
	}
	// Nor is one on a deactivation.
	have = rows(p, papi.Staging, row{5, 3, papi.StatusActive, "ours deactivate"})
	if s := p.stands(item, have, 0); s.attempt != 0 || s.state != Waiting {
		t.Errorf("%+v", s)
	}
}
