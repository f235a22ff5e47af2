// Package result is the JSON document that a command returns, with its members, the events, and their schemas.
// Text, pages and the output for CI systems are made from it.
package result

import (
	"errors"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// SchemaVersion is the version of the JSON documents. Within one version members are added, but never renamed
// or removed.
const SchemaVersion = 1

// Document is the result of a command as JSON. Members that do not apply to the command are null; those of the
// last block belong to single commands and are left out otherwise.
type Document struct {
	Type          string        `json:"type,omitempty"` // only as the last line of ndjson
	SchemaVersion int           `json:"schemaVersion"`
	Command       string        `json:"command"`
	Outcome       string        `json:"outcome"`
	ExitCode      int           `json:"exitCode"`
	Property      *Property     `json:"property"`
	Version       *int          `json:"version"`
	Network       *papi.Network `json:"network"`
	Activation    *Activation   `json:"activation"`
	Submitted     *bool         `json:"submitted"`
	Adopted       *bool         `json:"adopted"`
	BlockedBy     *Activation   `json:"blockedBy"`
	Budget        *Budget       `json:"budget"`
	WaitedSeconds *float64      `json:"waitedSeconds"`
	Account       *Account      `json:"account"`
	Requests      Requests      `json:"requests"`
	Error         *Error        `json:"error"`

	Include        *Property        `json:"include,omitempty"`        // of includes, instead of property
	Results        []*Document      `json:"results,omitempty"`        // several networks
	Plan           *Plan            `json:"plan,omitempty"`           // activate --dry-run
	Return         *Return          `json:"return,omitempty"`         // rollback
	Properties     []*PropertyState `json:"properties,omitzero"`      // status, pending, list
	Includes       []*PropertyState `json:"includes,omitzero"`        // includes status, includes pending, includes list
	History        []*History       `json:"history,omitzero"`         // history
	Hostnames      []*Hostname      `json:"hostnames,omitzero"`       // hostnames
	HostnameChange *HostnameChange  `json:"hostnameChange,omitempty"` // hostnames add, hostnames remove
	Usual          []*Usual         `json:"usual,omitzero"`           // history
	Diff           *Diff            `json:"diff,omitempty"`           // diff
	Validation     *Validation      `json:"validation,omitempty"`     // validate
	RequestLimit   *RequestLimit    `json:"requestLimit,omitempty"`   // budget
	Simulator      *Simulator       `json:"simulator,omitempty"`      // simulate
	Build          *term.Build      `json:"build,omitempty"`          // version
	Errors         []*Entry         `json:"errors,omitempty"`         // explain
	Script         string           `json:"script,omitempty"`         // completion
	Schemas        []*SchemaView    `json:"schemas,omitempty"`        // schema
	Checks         []*Check         `json:"checks,omitempty"`         // doctor
	Lines          []*Line          `json:"lines,omitzero"`           // coordinator lines
	Settings       []*Setting       `json:"settings,omitempty"`       // config
	SettingsFile   *SettingsFile    `json:"settingsFile,omitempty"`   // config path, config init
	Rollout        *Rollout         `json:"rollout,omitempty"`        // rollout
	HandedIn       *HandedIn        `json:"handedIn,omitempty"`       // rollout apply --detach, rollout status --watch, rollout stop, rollout resume
	Runner         *Runner          `json:"runner,omitempty"`         // runner

	Told      bool           `json:"-"` // the end that the error is about was told already, to those who are notified
	Requested []papi.Network `json:"-"` // all requested networks, if there are several; those in Results were reached
}

// Property is a property or an include.
type Property struct {
	ID         papi.ID  `json:"id"`
	Name       *string  `json:"name"`
	ContractID *papi.ID `json:"contractId"`
	GroupID    *papi.ID `json:"groupId"`
	URL        *string  `json:"url"`

	asset papi.ID // empty if PAPI has not named it
}

// Activation is an activation in the state that PAPI sent last.
type Activation struct {
	ID                 papi.ID             `json:"id"`
	Type               papi.ActivationType `json:"type"`
	Version            int                 `json:"version"`
	Network            papi.Network        `json:"network"`
	Status             Status              `json:"status"`
	FMAActivationState *string             `json:"fmaActivationState"`
	SubmitDate         *time.Time          `json:"submitDate"`
	UpdateDate         *time.Time          `json:"updateDate"`
	Note               string              `json:"note"`
	URL                *string             `json:"url"`
	Fallback           *Fallback           `json:"fallback"`
}

// Fallback says whether fast fallback was possible when the document was made, and when the possibility
// expires.
type Fallback struct {
	Possible bool       `json:"possible"`
	Version  *int       `json:"version"`
	Expires  *time.Time `json:"expires"`
}

// Budget is the remaining daily budget of activations.
type Budget struct {
	Limit     *int       `json:"limit"`
	Remaining *int       `json:"remaining"`
	Reset     *time.Time `json:"reset"`
	AsOf      *time.Time `json:"asOf"`
}

// RequestLimit is the remaining number of requests in the current minute.
type RequestLimit struct {
	Limit     *int       `json:"limit"`
	Remaining *int       `json:"remaining"`
	Next      *time.Time `json:"next"`
}

// Requests counts the requests of a run.
type Requests struct {
	Total       int `json:"total"`
	Retries     int `json:"retries"`
	RateLimited int `json:"rateLimited"`
}

// Count sets the number of requests.
func (d *Document) Count(requests Requests) {
	d.Requests = requests
	if d.Rollout != nil && d.Rollout.Requests != nil {
		d.Rollout.Requests.Sent = requests.Total
	}
}

// Since returns the requests made after before.
func (v Requests) Since(before Requests) Requests {
	return Requests{v.Total - before.Total, v.Retries - before.Retries, v.RateLimited - before.RateLimited}
}

// Error says why a command has failed.
type Error struct {
	Code     string             `json:"code"`
	Category catalogue.Category `json:"category"`
	Message  string             `json:"message"`
	Help     string             `json:"help"`
	Done     *string            `json:"done"` // the writes that succeeded before the error; null if there were none
	PAPI     *PAPI              `json:"papi"`
}

// Optional returns a pointer to v, or nil for the zero value.
func Optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// OptionalTime is Optional for times, in UTC and whole seconds.
func OptionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Second))
}

// NewProperty returns a property or include, with its ids in PAPI's form.
func NewProperty(ref AssetRef, name string) *Property {
	return &Property{
		ID: ref.FullID(), Name: Optional(name),
		ContractID: Optional(ref.ContractID.With(papi.PrefixContract)),
		GroupID:    Optional(ref.GroupID.With(papi.PrefixGroup)),
		URL:        propertyURL(ref), asset: ref.AssetID,
	}
}

// Ref returns a reference to p, whose kind is that of the document's member that holds p.
func (p *Property) Ref(kind AssetKind) AssetRef {
	return AssetRef{Kind: kind, ID: p.ID, ContractID: OrZero(p.ContractID), GroupID: OrZero(p.GroupID), AssetID: p.asset}
}

// SetAsset sets the property or include that the document is about.
func (d *Document) SetAsset(ref AssetRef, name string) {
	d.SetAssetView(ref.Kind, NewProperty(ref, name))
}

// SetAssetView is SetAsset for a view.
func (d *Document) SetAssetView(about AssetKind, v *Property) {
	if about == Includes {
		d.Include = v
		return
	}
	d.Property = v
}

// NewActivation converts an activation, in its state at now; nil for nil.
func NewActivation(a *papi.Activation, now time.Time) *Activation {
	if a == nil {
		return nil
	}
	v := &Activation{
		ID: ActivationID(a.ActivationID), Type: a.ActivationType, Version: a.PropertyVersion,
		Network: a.Network, Status: Status(a.Status), FMAActivationState: Optional(a.FMAActivationState),
		SubmitDate: OptionalTime(a.SubmitDate), UpdateDate: OptionalTime(a.UpdateDate), Note: a.Note,
	}
	if f := a.FallbackInfo; f != nil {
		v.Fallback = &Fallback{
			Possible: f.CanFastFallback && (f.FastFallbackExpirationTime.IsZero() || now.Before(f.FastFallbackExpirationTime)),
			Version:  Optional(f.FallbackVersion),
			Expires:  OptionalTime(f.FastFallbackExpirationTime),
		}
	}
	return v
}

// State is the status for people; see StateOf.
func (a *Activation) State() string {
	return stateText(papi.Status(a.Status), OrEmpty(a.FMAActivationState), a.Type)
}

// InProgress reports whether the activation still occupies its network.
func (a *Activation) InProgress() bool {
	return activation.InProgress(papi.Activation{Status: papi.Status(a.Status), ActivationType: a.Type})
}

// ShortNote is the beginning of the note, for the end of a line.
func (a *Activation) ShortNote() string { return noteText(a.Note) }

// NewBudget converts a quota of activations; nil for nil.
func NewBudget(q *papi.Quota) *Budget {
	if q == nil {
		return nil
	}
	return &Budget{Limit: q.Limit, Remaining: q.Remaining, Reset: OptionalTime(q.Reset), AsOf: OptionalTime(q.AsOf)}
}

// Fail sets the document's error.
func (d *Document) Fail(v catalogue.Verdict, err error, help string) {
	if help == "" {
		help = v.Help
	}
	d.Outcome, d.ExitCode = v.Outcome, v.ExitCode
	if stopped, ok := errors.AsType[*activation.StoppedError](err); ok && stopped.Uncertain {
		d.Submitted = nil // it is not known
	}
	d.Error = newError(v, err, help)
}

// newError converts an error, with PAPI's problem document.
func newError(v catalogue.Verdict, err error, help string) *Error {
	e := &Error{Code: v.Code, Category: v.Category, Message: term.Truncate(err.Error(), term.MaxMessage), Help: help, PAPI: viewPAPI(err)}
	if partly, ok := errors.AsType[*activation.PartlyDoneError](err); ok {
		e.Done = &partly.What
	}
	return e
}
