package rollout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/papi"
)

// drawList draws a list of activations of one property: of this plan, of other plans, and of somebody.
func drawList(r *rapid.T, p *Plan) []papi.Activation {
	statuses := []papi.Status{
		papi.StatusActive, papi.StatusInactive, papi.StatusPending, papi.StatusFailed, papi.StatusAborted, papi.StatusDeactivated,
		papi.StatusPendingCancellation, "NOBODY_KNOWS", "ZONE_2", "",
	}
	notes := []string{"ours", "ours #2", "bulk", "back", "back wave", "back all", "back #2", "back #2 all", "back deactivate", "deactivate", "other", "other #2", "other back", "mine", ""}
	var list []papi.Activation
	for i := range rapid.IntRange(0, 7).Draw(r, "length") {
		one := row{
			at: 10*i + 1, version: rapid.IntRange(1, 4).Draw(r, "version"),
			status: rapid.SampledFrom(statuses).Draw(r, "status"), note: rapid.SampledFrom(notes).Draw(r, "note"),
		}
		network := rapid.SampledFrom([]papi.Network{papi.Staging, papi.Production}).Draw(r, "network")
		list = append(list, one.activation(p, network))
	}
	return list
}

// told is all that a standing tells, with ids instead of pointers.
func (s standing) told() string {
	about := papi.ID("none")
	if s.about != nil {
		about = s.about.ActivationID
	}
	pointers := fmt.Sprintf("about %s, served %v, other %v", about, s.served, s.other) // marks as their text
	s.about, s.served, s.other = nil, nil, nil
	return fmt.Sprintf("%+v %s", s, pointers)
}

// PAPI promises no order of its lists. The same activations in another order are the same answer, whatever they are.
func TestNoAnswerDependsOnTheOrderOfAList(t *testing.T) {
	p := onePlan(papi.Staging, papi.Production)
	rapid.Check(t, func(r *rapid.T) {
		list := drawList(r, p)
		closed := rapid.IntRange(0, 2).Draw(r, "closed")
		for _, item := range p.Items() {
			want := p.stands(item, slices.Clone(list), closed)
			for range 5 {
				shuffled := slices.Clone(list)
				rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				if got := p.stands(item, shuffled, closed); got.told() != want.told() {
					r.Fatalf("%s\nin another order: %s", want.told(), got.told())
				}
			}
		}
	})
}

// What is in progress is never taken for nothing: an item that is submitted next has nothing on its network that is.
func TestWhatIsInProgressIsNeverSubmittedOver(t *testing.T) {
	p := onePlan(papi.Staging, papi.Production)
	rapid.Check(t, func(r *rapid.T) {
		list := drawList(r, p)
		for _, item := range p.Items() {
			s := p.stands(item, list, 0)
			for _, a := range list {
				ended := slices.Contains([]papi.Status{papi.StatusActive, papi.StatusInactive, papi.StatusFailed, papi.StatusAborted, papi.StatusDeactivated}, a.Status)
				if a.Network == item.Network && !ended && s.state == Waiting {
					r.Fatalf("%s of version %d (%s) is on its way, and the item is %s", a.ActivationID, a.PropertyVersion, a.Status, s.state)
				}
			}
		}
	})
}

// A digest is of what is activated where and in which order, and of nothing else.
func TestTheDigestIsOfWhatIsActivatedAndInWhichOrder(t *testing.T) {
	plan := func() *Plan { return planOf([]papi.Network{papi.Staging, papi.Production}, 2, 3) }
	base := plan().digest()
	if !validDigest(base) {
		t.Fatalf("%q", base)
	}
	for name, change := range map[string]func(*Plan){
		"account":           func(p *Plan) { p.AccountID = "act_2" },
		"name":              func(p *Plan) { p.Name = "tesu" },
		"order of networks": func(p *Plan) { slices.Reverse(p.Networks) },
		"one network less":  func(p *Plan) { p.Networks = p.Networks[:1] },
		"version":           func(p *Plan) { p.Waves[1].Properties[2].Version++ },
		"property":          func(p *Plan) { p.Waves[0].Properties[0].PropertyID = "prp_9" },
		"order in a wave":   func(p *Plan) { slices.Reverse(p.Waves[1].Properties) },
		"order of waves":    func(p *Plan) { slices.Reverse(p.Waves) },
		"name of a wave":    func(p *Plan) { p.Waves[0].Name = "canary" },
		"one property less": func(p *Plan) { p.Waves[1].Properties = p.Waves[1].Properties[:2] },
		"moved between them": func(p *Plan) {
			p.Waves[0].Properties, p.Waves[1].Properties = append(p.Waves[0].Properties, p.Waves[1].Properties[0]), p.Waves[1].Properties[1:]
		},
	} {
		p := plan()
		if change(p); p.digest() == base {
			t.Errorf("another %s has the same digest", name)
		}
	}
	for name, change := range map[string]func(*Plan){
		"what was active":   func(p *Plan) { p.Waves[0].Properties[0].Staging = 1 },
		"a property's name": func(p *Plan) { p.Waves[0].Properties[0].Name = "renamed.example.com" },
		"prefixes of ids":   func(p *Plan) { p.AccountID, p.Waves[0].Properties[0].PropertyID = "1", "1" },
		"checks": func(p *Plan) {
			p.Waves[0].Checks, p.Checks = []string{"x"}, map[string]Check{"x": {Command: []string{"x"}}}
		},
		"watch":             func(p *Plan) { p.Waves[0].Watch = Duration(time.Hour) },
		"at-once":           func(p *Plan) { p.Waves[0].AtOnce = 1 },
		"tolerance":         func(p *Plan) { p.Tolerate = Amount{N: 2} },
		"window":            func(p *Plan) { p.Window = &Window{From: "09:00", To: "17:00"} },
		"note and notified": func(p *Plan) { p.Note, p.Notify = "x", []string{"a@example.com"} },
	} {
		p := plan()
		if change(p); p.digest() != base {
			t.Errorf("the digest has %s in it", name)
		}
	}
}
