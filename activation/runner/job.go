package runner

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// State is the wanted state of a rollout that was handed in.
type State string

// The values of State.
const (
	Running State = "running"
	Stopped State = "stopped" // nothing is submitted until it is resumed
	Ended   State = "ended"
)

// Job is a rollout that was handed in. It is changed by compare-and-set.
type Job struct {
	Version   int               `json:"v"`
	Write     string            `json:"w"` // random, so that each write differs
	AccountID papi.ID           `json:"account"`
	Name      string            `json:"name"`
	Digest    string            `json:"digest"` // of the plan's items
	Plan      string            `json:"plan"`   // digest of the whole plan
	Section   string            `json:"section,omitempty"`
	By        activation.Holder `json:"by"`
	At        time.Time         `json:"at"`
	Options   Options           `json:"options"`
	State     State             `json:"state"`
	// Term increases when a runner takes the lead, and when the rollout is handed in again or resumed. Items that
	// were given out in an earlier term are void. Stage is the stage up to which items are given out in this term,
	// and Closed means that no more are.
	Term  uint64 `json:"term"`
	Stage int    `json:"stage"`
	// Attempt is the number of the attempt in the marks of the items that are given out.
	Attempt int   `json:"attempt"`
	Closed  bool  `json:"closed,omitempty"`
	Lead    *Lead `json:"lead,omitempty"`
	// Progress, as last reported by the lead.
	Wave    string         `json:"wave,omitempty"`
	Network papi.Network   `json:"network,omitempty"`
	Totals  rollout.Totals `json:"totals"`
	End     *End           `json:"end,omitempty"` // of the last term; nil while it runs
}

// Lead is the runner that leads a rollout. It is a lease: a lead whose Beat does not change for longer than
// Lease counts as dead.
type Lead struct {
	ID     string            `json:"id"`
	Beat   uint64            `json:"beat"`
	Lease  int64             `json:"leaseMs"`
	Holder activation.Holder `json:"holder"`
}

// End is the result of a rollout.
type End struct {
	Outcome rollout.Outcome `json:"outcome"`
	Code    string          `json:"code,omitempty"` // of the error
	Error   string          `json:"error,omitempty"`
	At      time.Time       `json:"at"`
}

// Options are the options of [rollout.Options] that were handed in with the plan.
type Options struct {
	Through       string                 `json:"through,omitempty"`
	RetryFailed   bool                   `json:"retryFailed,omitempty"`
	Replan        bool                   `json:"replan,omitempty"`
	SkipChecks    bool                   `json:"skipChecks,omitempty"`
	AnyTime       bool                   `json:"anyTime,omitempty"`
	OverBudget    bool                   `json:"overBudget,omitempty"`
	Staging       bool                   `json:"requireStaging,omitempty"`
	Only          []string               `json:"only,omitempty"`
	Skip          []string               `json:"skip,omitempty"`
	Tolerate      *rollout.Amount        `json:"tolerate,omitempty"`
	DeactivateNew bool                   `json:"deactivateNew,omitempty"`
	Patience      time.Duration          `json:"patience,omitempty"`
	Submit        rollout.SubmitMode     `json:"submit,omitempty"`
	PartSize      int                    `json:"partSize,omitempty"`
	Lag           time.Duration          `json:"lag,omitempty"`
	Request       papi.ActivationRequest `json:"request"`
}

// optionsOf returns the options to hand in.
func optionsOf(o rollout.Options) Options {
	return Options{
		Through: o.Through, RetryFailed: o.RetryFailed, Replan: o.Replan, SkipChecks: o.SkipChecks, AnyTime: o.AnyTime, OverBudget: o.OverBudget,
		Staging: o.RequireStaging,
		Only:    o.Only, Skip: o.Skip, Tolerate: o.Tolerate, DeactivateNew: o.DeactivateNew, Patience: o.Patience,
		Submit: o.Submit, PartSize: o.PartSize, Lag: o.Lag, Request: o.Request,
	}
}

// equal reports whether both are stored alike.
func (o Options) equal(other Options) bool {
	one, err1 := json.Marshal(o)
	two, err2 := json.Marshal(other)
	return err1 == nil && err2 == nil && string(one) == string(two)
}

// over returns a runner's own options, overridden by those of a job.
func (o Options) over(own rollout.Options) rollout.Options {
	own.Through, own.RetryFailed, own.Replan, own.SkipChecks = o.Through, o.RetryFailed, o.Replan, o.SkipChecks
	own.AnyTime, own.OverBudget, own.Only, own.Skip, own.Tolerate = o.AnyTime, o.OverBudget, o.Only, o.Skip, o.Tolerate
	own.DeactivateNew, own.Patience, own.Submit, own.PartSize, own.Lag = o.DeactivateNew, o.Patience, o.Submit, o.PartSize, o.Lag
	own.RequireStaging, own.Request = o.Staging, o.Request
	return own
}

// The stored form of a job, and its limits.
const (
	jobVersion = 1
	maxText    = 300
	maxError   = 2000
	maxLease   = time.Hour
	jobPrefix  = "rollout."
	// roomInJob is what is left for what runners write: who leads, and the error with which it ends.
	roomInJob = 24 << 10
)

// jobKey is the key of a job.
func jobKey(account papi.ID, name string) string {
	return jobPrefix + coordinator.Word(account.Bare()) + "." + coordinator.Word(name)
}

// readJob decodes a job; nil if there is none.
func readJob(key string, e coordinator.Entry) (*Job, error) {
	if e.Revision == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	j := &Job{}
	if len(e.Value) > coordinator.MaxValue || json.Unmarshal(e.Value, j) != nil {
		return nil, &coordinator.UnreadableError{Key: key}
	}
	if j.Version != jobVersion {
		return nil, &coordinator.UnreadableError{Key: key, Version: max(j.Version, 0)}
	}
	if !j.valid(key) {
		return nil, &coordinator.UnreadableError{Key: key}
	}
	return j, nil
}

func (j *Job) valid(key string) bool {
	texts := []string{j.Name, string(j.AccountID), j.Digest, j.Plan, j.Section, j.Wave, string(j.Network), j.Options.Through}
	who := []activation.Holder{j.By}
	if j.Lead != nil {
		who = append(who, j.Lead.Holder)
		texts = append(texts, j.Lead.ID)
		if j.Lead.ID == "" || j.Lead.Lease <= 0 || j.Lead.Lease > maxLease.Milliseconds() {
			return false
		}
	}
	for _, h := range who {
		texts = append(texts, h.Host, h.User, h.CI, h.Job, h.Doing, h.URL)
	}
	long := func(s string) bool { return len(s) > maxText }
	return !slices.ContainsFunc(texts, long) && slices.Contains([]State{Running, Stopped, Ended}, j.State) &&
		(j.End == nil || len(j.End.Error) <= 2*maxError && len(j.End.Code) <= maxText) && j.Stage >= 0 && j.Options.PartSize >= 0 &&
		key == jobKey(j.AccountID, j.Name) && j.AccountID.Valid() && j.Name != "" && validSum(j.Plan)
}

func (l *Lead) lease() time.Duration { return time.Duration(l.Lease) * time.Millisecond }

// Mark is the common beginning of all marks of the plan.
func (j *Job) Mark() string { return j.Name + "/" + j.Digest }

// write encodes the job. What nobody could read is not written.
func (j *Job) write() ([]byte, error) {
	if !j.valid(jobKey(j.AccountID, j.Name)) {
		return nil, errNotReadable
	}
	j.Write = rand.Text()
	return json.Marshal(j)
}

var errNotReadable = errors.New("the rollout would not be readable any more")

// handedIn encodes a job that is handed in.
func (j *Job) handedIn() ([]byte, error) {
	data, err := j.write()
	if err == nil {
		_, err = readJob(jobKey(j.AccountID, j.Name), coordinator.Entry{Value: data, Revision: 1})
	}
	unreadable := (*coordinator.UnreadableError)(nil)
	switch {
	case errors.Is(err, errNotReadable), errors.As(err, &unreadable) && len(data) <= coordinator.MaxValue:
		return nil, &TooLargeError{"the name of its wave, or of the section of the credentials file, has too many characters"}
	case len(data) > coordinator.MaxValue-roomInJob:
		return nil, &TooLargeError{fmt.Sprintf("with its options it has %d KiB, and %d are kept at most", len(data)>>10, (coordinator.MaxValue-roomInJob)>>10)}
	}
	return data, err
}

// TooLargeError reports that a rollout cannot be handed in.
type TooLargeError struct{ Why string }

// Error says why.
func (e *TooLargeError) Error() string { return "the rollout is too large to be handed in: " + e.Why }

// errNoJob reports that a job no longer exists.
var errNoJob = errors.New("nobody has handed it in")

// changeJob changes an existing job. next reports whether to write it.
func changeJob(ctx context.Context, s coordinator.Store, key string, next func(*Job) (bool, error)) error {
	return coordinator.Change(ctx, s, key, func(e coordinator.Entry) ([]byte, error) {
		j, err := readJob(key, e)
		switch {
		case err != nil:
			return nil, err
		case j == nil:
			return nil, errNoJob
		}
		if changed, err := next(j); err != nil || !changed {
			return nil, err
		}
		return j.write()
	})
}

// Find returns the job of a rollout; nil if there is none.
func Find(ctx context.Context, s coordinator.Store, account papi.ID, name string) (*Job, error) {
	key := jobKey(account, name)
	e, err := coordinator.Read(ctx, s, key)
	if err != nil {
		return nil, err
	}
	return readJob(key, e)
}

// Jobs returns the jobs of an account, or of all accounts if it is empty, and an error for each job that cannot
// be read.
func Jobs(ctx context.Context, s coordinator.Store, account papi.ID) (jobs []*Job, unreadable []error, err error) {
	prefix := jobPrefix
	if account != "" {
		prefix += coordinator.Word(account.Bare()) + "."
	}
	keys, err := coordinator.ListKeys(ctx, s, prefix)
	if err != nil {
		return nil, nil, err
	}
	for _, key := range keys {
		e, err := coordinator.Read(ctx, s, key)
		if err != nil {
			return nil, nil, err
		}
		switch j, err := readJob(key, e); {
		case err != nil:
			unreadable = append(unreadable, err)
		case j != nil:
			jobs = append(jobs, j)
		}
	}
	return jobs, unreadable, nil
}

// NoJobError reports that no rollout of that name was handed in.
type NoJobError struct {
	Name string
	Have []string // names that were
}

// Error lists the names that were.
func (e *NoJobError) Error() string {
	if len(e.Have) == 0 {
		return fmt.Sprintf("no rollout %s was handed in; none was", e.Name)
	}
	const most = 10
	return fmt.Sprintf("no rollout %s was handed in; there are %s", e.Name, strings.Join(e.Have[:min(len(e.Have), most)], ", "))
}

// cut limits the length of an error text in a job.
func cut(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= maxError {
		return text
	}
	return strings.ToValidUTF8(text[:maxError], "") + "…"
}
