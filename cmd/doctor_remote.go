package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// What only PAPI can say.

// remote asks PAPI.
func (e *examination) remote(ctx context.Context) {
	if e.session == nil || e.failed(checkHost) {
		because := noSession
		if e.session != nil || e.failed(checkProxy) {
			because = "there is no way to PAPI"
		}
		e.skipFrom(checkTLS, because)
		return
	}
	begun, sent := time.Now(), e.program.now()
	build, err := e.session.client.Build(ctx)
	took, now := time.Since(begun), e.program.now()
	place, answer := placeOf(err), papi.Answer{}
	if err == nil {
		answer = build.Answer
	} else if refused, ok := errors.AsType[*papi.Error](err); ok {
		answer = refused.Answer
	}
	answered := answer.StatusCode != 0
	e.checkTLS(answered)
	switch {
	case err == nil:
		e.ok(checkConnection, fmt.Sprintf("PAPI answers in %s; its build is %s", took.Round(time.Millisecond), build.CoreVersion))
	case answered:
		e.ok(checkConnection, "there is an answer")
	default:
		e.skip(checkConnection, "there was no answer")
	}
	e.checkClock(answer.Date, sent, now)
	e.ok(checkAuthentication, "PAPI accepts the signature")
	if err != nil {
		e.fail(place, err)
		e.skipAfter(place)
		return
	}
	e.checkGrants(ctx)
	e.checkLimits(build)
}

// inOrder are the checks that one request after the other makes.
func inOrder() []string {
	return []string{checkTLS, checkConnection, checkClock, checkAuthentication, checkRead, checkWrite, checkAccount, checkRequests, checkActivations}
}

// skipFrom skips a check and all that come after it.
func (e *examination) skipFrom(first, because string) {
	skipping := false
	for _, name := range inOrder() {
		if skipping = skipping || name == first; skipping {
			e.skip(name, because)
		}
	}
}

// skipAfter skips what cannot be checked since one check has failed; those that the
// failure does not touch stay.
func (e *examination) skipAfter(failed string) {
	passed := failed == checkHost || failed == checkProxy
	for _, name := range inOrder() {
		if passed && name != checkTLS {
			e.skip(name, "not checked, since "+failed+" has failed")
		}
		passed = passed || name == failed
	}
}

// clockWarning is the difference of clocks from which on to warn.
const clockWarning = 5 * time.Second

// checkClock compares this machine's clock with that of an answer. Whether PAPI
// takes it is for PAPI to say.
func (e *examination) checkClock(date, sent, now time.Time) {
	if date.IsZero() {
		e.skip(checkClock, "the answer has no date")
		return
	}
	ahead, direction := now.Sub(date), "ahead of"
	if date.Before(now) && !date.Before(sent.Truncate(time.Second)) { // the date has no fractions
		ahead = 0
	}
	if ahead < 0 {
		ahead, direction = -ahead, "behind"
	}
	text := fmt.Sprintf("%.0f s %s PAPI's clock, of the %.0f s that it tolerates", ahead.Seconds(), direction, catalogue.ClockTolerance.Seconds())
	if ahead >= clockWarning {
		e.warn(checkClock, text, "set the clock of this machine, and have it kept by NTP")
		return
	}
	e.ok(checkClock, text)
}

// What the grants are needed for.
const (
	readingCommands  = "status, pending, history, budget, wait, hostnames list, and those of includes"
	changingCommands = "activate, deactivate, rollback, cancel, hostnames add and remove, and those of includes"
)

// checkGrants finds out what the API client may do, by what it is told and by what
// it can read.
func (e *examination) checkGrants(ctx context.Context) {
	contracts, err := e.session.client.Contracts(ctx)
	if err != nil {
		e.fail(checkRead, err)
		e.skipAfter(checkRead)
		return
	}
	e.ok(checkRead, "PAPI can be read: "+readingCommands)
	e.checkWriting(ctx)
	groups, err := e.session.client.Groups(ctx)
	if err != nil {
		e.fail(checkAccount, err)
		return
	}
	text := string(groups.AccountID)
	if groups.AccountName != "" {
		text += " “" + groups.AccountName + "”"
	}
	text += fmt.Sprintf(", contracts: %d, groups: %d", len(contracts.Items), len(groups.Items))
	if len(contracts.Items) == 0 || len(groups.Items) == 0 {
		e.warn(checkAccount, text, "the API client can see no properties; give its user a group, or check the account switch key")
		return
	}
	e.ok(checkAccount, text)
}

// checkWriting says whether changes are allowed. Nothing is changed to find out.
func (e *examination) checkWriting(ctx context.Context) {
	list, err := e.session.client.ActiveGrants(ctx)
	if err != nil {
		e.skip(checkWrite, "Akamai does not tell the API client's grants, and nothing is changed to find out")
		return
	}
	switch grant, found := list.PAPI(); {
	case !found:
		e.skip(checkWrite, "PAPI is not among the grants that are listed, and can be read all the same")
	case grant.Writes():
		e.ok(checkWrite, grant.Level+": "+changingCommands)
	default:
		e.warn(checkWrite, grant.Level+": PAPI will refuse "+changingCommands,
			"if you need them, give the API client READ-WRITE for Property Manager (PAPI) in Akamai Control Center")
	}
}

// unshared is why the account's pace is not shared with other processes; nil where it
// is, or where there is nothing to share.
func (e *examination) unshared() error {
	if e.session.shared == nil {
		return nil
	}
	return e.session.shared.Err()
}

// checkLimits says what may still be asked for.
func (e *examination) checkLimits(build *papi.Build) {
	now := term.Clock{Now: e.program.now()}
	requests := result.NewRequestLimit(build.Limits.Requests).Text(now)
	switch err := e.unshared(); {
	case err != nil:
		e.warn(checkRequests, requests+"; other commands on this machine do not know of these: "+err.Error(),
			"see whether files in "+settings.StateDir(e.program.env)+" can be written and locked")
	case result.IsLow(build.Limits.Requests):
		e.warn(checkRequests, requests, "run fewer commands at once; propctl slows down by itself")
	default:
		e.ok(checkRequests, requests)
	}
	budget := build.Limits.Activations
	if budget == nil {
		budget = e.session.remembered()
	}
	if result.IsLow(budget) {
		e.warn(checkActivations, result.NewBudget(budget).Text(now), "put off what can wait until the reset")
	} else {
		e.ok(checkActivations, result.NewBudget(budget).Text(now))
	}
}
