package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Attempt shows a request, or that it will be repeated.
func (p *Progress) Attempt(a papi.Attempt) {
	outcome := fmt.Sprint(a.StatusCode)
	if a.Err != nil {
		outcome = a.Err.Error()
	}
	if p.Level >= levelDebug {
		p.Print(levelDebug, fmt.Sprintf("%s %s: %s in %s%s", a.Method, a.Path, outcome, a.Elapsed.Round(time.Millisecond), limitsOf(a.Answer)+instanceOf(a)))
	}
	if a.Slowed {
		p.Say("PAPI takes no more requests for now; from here on they are sent more slowly")
	}
	p.suspended(papi.SuspendedUntil(a.Err))
	if a.Retry {
		line := fmt.Sprintf("%s %s: %s; trying again in %s", a.Method, a.Path, outcome, term.Duration(a.Pause))
		if p.Level < levelDebug {
			line = result.WithoutQuery(line)
		}
		p.Print(LevelVerbose, line)
	}
}

// suspended tells once of a suspension that ends at until; the zero time is none.
func (p *Progress) suspended(until time.Time) {
	p.mu.Lock()
	known := !until.After(p.paused)
	if !known {
		p.paused = until
	}
	p.mu.Unlock()
	if !known {
		p.Say("PAPI has failed too often; the next try is at %s", p.Clock().Tell(until))
	}
}

// instanceOf is what Akamai's support asks for, where something went wrong.
func instanceOf(a papi.Attempt) string {
	if a.Instance == "" {
		return ""
	}
	return ", instance " + a.Instance
}

// limitsOf shows what an answer said about limits.
func limitsOf(a papi.Answer) string {
	var b strings.Builder
	for _, l := range [...]struct {
		name  string
		quota *papi.Quota
	}{{"requests", a.Limits.Requests}, {"activations", a.Limits.Activations}} {
		if l.quota != nil && l.quota.Remaining != nil {
			fmt.Fprintf(&b, ", %d %s left", *l.quota.Remaining, l.name)
		}
	}
	if a.RetryAfter > 0 {
		fmt.Fprintf(&b, ", Retry-After %s", term.Duration(a.RetryAfter))
	}
	return b.String()
}
