package cmd

import (
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Notes about flags, only where it is certain: one that was typed and has no effect, an interval that is too short.
// Each is printed once in a run, and none with --quiet.

// oftenEnough is the shortest interval that production is worth asking at.
const oftenEnough = 10 * time.Second

// advise says what is of no use in the flags of a workflow.
func (p *program) advise(f *activateFlags) {
	typed := func(names ...string) []string {
		var all []string
		for _, g := range p.given {
			if slices.Contains(names, g.name) {
				all = append(all, "--"+g.name)
			}
		}
		return all
	}
	if f.noWait {
		p.useless(typed("until", "poll", "on-timeout"), "with --no-wait")
	}
	if !slices.Contains(f.networks.All, papi.Production) && len(f.networks.All) > 0 {
		p.useless(typed("require-staging", "compliance-reason", "ticket", "peer-reviewed-by", "customer-email", "unit-tested", "other-reason"), "on STAGING")
		return
	}
	text, _ := f.waiting.poll.MarshalText() // it is one of three words, or a duration
	if every, err := time.ParseDuration(string(text)); err == nil && every < oftenEnough && !f.noWait {
		p.progress.Note("--poll " + term.Duration(every) + " on PRODUCTION spends requests that others of the account may need; --poll adaptive looks often when the end is near")
	}
}

func (p *program) useless(flags []string, where string) {
	switch len(flags) {
	case 0:
	case 1:
		p.progress.Note(flags[0] + " has no effect " + where)
	default:
		p.progress.Note(strings.Join(flags[:len(flags)-1], ", ") + " and " + flags[len(flags)-1] + " have no effect " + where)
	}
}
