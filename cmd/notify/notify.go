// Package notify tells webhooks, Slack and Teams how a run has ended.
package notify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// A run sends one message, when it has ended. A command that only reads sends none.

// notifier is the sink that tells those whom --notify-url names.
type notifier struct {
	urls      []string
	env       term.Env
	sender    func() (*journal.Sender, error)
	simulated bool
}

// New returns a sink that tells the URLs, of a command that acts on a network or waits for it; env has the secret that messages
// are signed with, and sender what sends them.
func New(urls []string, env term.Env, sender func() (*journal.Sender, error), simulated bool) journal.Sink {
	return &notifier{urls: urls, env: env, sender: sender, simulated: simulated}
}

// Happened implements journal.Sink. On the way nobody is told.
func (*notifier) Happened(journal.Entry) {}

// Concluded implements journal.Sink.
func (n *notifier) Concluded(ctx context.Context, d *result.Document, rec *journal.Run) error {
	to := n.urls
	if len(to) == 0 || !isEnd(d, rec) {
		return nil
	}
	secret, err := Secret(n.env)
	if err != nil {
		return err
	}
	by, err := n.sender()
	if err != nil {
		return err
	}
	defer by.Close()
	m := message{document: d, at: time.Now(), simulated: n.simulated, id: newDelivery(), secret: secret}
	errs := make([]error, len(to))
	var all sync.WaitGroup
	for i, one := range to {
		all.Go(func() { errs[i] = m.send(ctx, by, one) })
	}
	all.Wait()
	if err := journal.JoinErrors(errs); err != nil {
		return fmt.Errorf("the notification was not delivered: %w", err)
	}
	return nil
}

// isEnd reports whether a run has ended something that somebody waits for. What
// was so already is news only after a wait, and a mistake in the command line or a
// question that was answered with no are known to whoever made them.
func isEnd(d *result.Document, rec *journal.Run) bool {
	switch {
	case d.ExitCode == catalogue.ExitUsage, d.Told:
		return false
	case d.Error != nil:
		return d.Error.Code != catalogue.CodeDeclined
	case d.Rollout != nil: // that all was active already is no news, unless a runner that has died may have done it
		return result.OrZero(d.Submitted) || result.OrZero(d.Adopted) || d.HandedIn != nil && d.HandedIn.Ended != nil
	}
	moments, _, _ := rec.Snapshot()
	waited := slices.ContainsFunc(moments, func(m journal.Entry) bool { return m.Kind == activation.EventQueued })
	return slices.ContainsFunc(d.Parts(), func(one *result.Document) bool {
		switch activation.Outcome(one.Outcome) { //nolint:exhaustive // the others are ends
		case activation.OutcomeAlreadyActive, activation.OutcomeAlreadyInactive, activation.OutcomeAlreadyCancelled:
			return waited
		case activation.OutcomeSubmitted, activation.OutcomePlanned, activation.OutcomeOK, catalogue.OutcomeFree:
			return false
		}
		return true
	})
}

// message is what those are told who do not watch.
type message struct {
	document  *result.Document
	at        time.Time
	simulated bool
	id        string
	secret    []byte // nil: it is not signed
}

// send sends the message to a URL, in the format that its host reads.
func (m message) send(ctx context.Context, by *journal.Sender, to string) error {
	dest := journal.Message{URL: to, Timeout: journal.AttemptTimeout, MaxAttempts: journal.MaxAttempts, Retryable: isPassing}
	if m.document.Outcome == catalogue.OutcomeInterrupted {
		dest.MaxAttempts = 1 // whoever has pressed Ctrl-C wants to go
	}
	var err error
	switch {
	case isSlack(to):
		dest.Body, err = result.EncodeJSON(slackMessage(m.summary()), false)
	case isTeams(to):
		dest.Body, err = result.EncodeJSON(teamsMessage(m.summary()), false)
	default:
		dest.Body, err = m.webhook()
		dest.Header = func(now time.Time) http.Header { return webhookHeader(m.id, dest.Body, m.secret, now) }
	}
	if err != nil {
		return err
	}
	return by.Send(ctx, dest)
}

// isPassing reports whether a status may be another one in a moment.
func isPassing(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
}

// webhookView is the document as a message that says what it is of.
type webhookView struct {
	Type      string `json:"type"`
	Time      string `json:"time"`
	Simulated bool   `json:"simulated"`
	*result.Document
}

// maxWebhook is how large a message may be before its lists are left out: those
// who receive it have limits of their own.
const maxWebhook = 64 << 10

// webhook is the message for programs.
func (m message) webhook() ([]byte, error) {
	view := webhookView{Type: "propctl.finished", Time: term.Timestamp(m.at), Simulated: m.simulated, Document: m.document}
	body, err := result.EncodeJSON(view, false)
	// Of the items of a rollout, as many are kept as there is room for, those that have failed first.
	for items := mostItems; err == nil && len(body) > maxWebhook; items /= 2 {
		view.Document = withoutLists(m.document, items)
		body, err = result.EncodeJSON(view, false)
		if items == 0 {
			break
		}
	}
	return body, err
}

// mostItems is how many items of a rollout a message has that is too large with all of them.
const mostItems = 64

// withoutLists is the document without what has no bound.
func withoutLists(d *result.Document, items int) *result.Document {
	lean := *d
	lean.Plan, lean.Hostnames, lean.HostnameChange = nil, nil, nil
	lean.Rollout = d.Rollout.Short(items)
	if d.Error != nil {
		lean.Error = new(*d.Error)
		lean.Error.PAPI = nil
	}
	lean.Results = nil
	for _, one := range d.Results {
		lean.Results = append(lean.Results, withoutLists(one, items))
	}
	return &lean
}
