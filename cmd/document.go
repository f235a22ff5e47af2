package cmd

import (
	"errors"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// schemaVersion is that of the JSON documents: members are added within it,
// never renamed and never removed.
const schemaVersion = 1

// document is the result of a command as JSON. Members without a meaning for
// the command are null; those in the last block belong to single commands.
type document struct {
	Type          string          `json:"type,omitempty"` // only as the last line of ndjson
	SchemaVersion int             `json:"schemaVersion"`
	Command       string          `json:"command"`
	Outcome       string          `json:"outcome"`
	ExitCode      int             `json:"exitCode"`
	Property      *propertyView   `json:"property"`
	Version       *int            `json:"version"`
	Network       *papi.Network   `json:"network"`
	Activation    *activationView `json:"activation"`
	Submitted     *bool           `json:"submitted"`
	Adopted       *bool           `json:"adopted"`
	BlockedBy     *activationView `json:"blockedBy"`
	Budget        *budgetView     `json:"budget"`
	WaitedSeconds *float64        `json:"waitedSeconds"`
	Account       *accountView    `json:"account"`
	Requests      requestsView    `json:"requests"`
	Error         *errorView      `json:"error"`

	Include        *propertyView       `json:"include,omitempty"`        // of includes, instead of property
	Results        []*document         `json:"results,omitempty"`        // several networks
	Plan           *planView           `json:"plan,omitempty"`           // activate --dry-run
	Return         *returnView         `json:"return,omitempty"`         // rollback
	Properties     []*propertyState    `json:"properties,omitempty"`     // status, pending
	Includes       []*propertyState    `json:"includes,omitempty"`       // includes status, includes pending
	History        []*historyView      `json:"history,omitzero"`         // history
	Hostnames      []*hostnameView     `json:"hostnames,omitzero"`       // hostnames
	HostnameChange *hostnameChangeView `json:"hostnameChange,omitempty"` // hostnames add, hostnames remove
	Usual          []*usualView        `json:"usual,omitzero"`           // history
	RequestLimit   *requestLimitView   `json:"requestLimit,omitempty"`   // budget
	Simulator      *simulatorView      `json:"simulator,omitempty"`      // simulate
	Build          *term.Build         `json:"build,omitempty"`          // version
	Errors         []*entryView        `json:"errors,omitempty"`         // explain
	Script         string              `json:"script,omitempty"`         // completion
	Schemas        []*schemaView       `json:"schemas,omitempty"`        // schema
	Checks         []*checkView        `json:"checks,omitempty"`         // doctor
	Settings       []*settingView      `json:"settings,omitempty"`       // config
	SettingsFile   *settingsFileView   `json:"settingsFile,omitempty"`   // config path, config init

	asked []papi.Network // that were to be gone through, when there are several; touched are those in Results
}

type propertyView struct {
	ID         papi.ID  `json:"id"`
	Name       *string  `json:"name"`
	ContractID *papi.ID `json:"contractId"`
	GroupID    *papi.ID `json:"groupId"`
}

type activationView struct {
	ID                 papi.ID             `json:"id"`
	Type               papi.ActivationType `json:"type"`
	Version            int                 `json:"version"`
	Network            papi.Network        `json:"network"`
	Status             papi.Status         `json:"status"`
	FMAActivationState *string             `json:"fmaActivationState"`
	SubmitDate         *time.Time          `json:"submitDate"`
	UpdateDate         *time.Time          `json:"updateDate"`
	Note               string              `json:"note"`
	Fallback           *fallbackView       `json:"fallback"`
}

// fallbackView says whether the activation can be undone within seconds. That
// it was possible when the document was made is in Possible; until when, in Expires.
type fallbackView struct {
	Possible bool       `json:"possible"`
	Version  *int       `json:"version"`
	Expires  *time.Time `json:"expires"`
}

type budgetView struct {
	Limit     *int       `json:"limit"`
	Remaining *int       `json:"remaining"`
	Reset     *time.Time `json:"reset"`
	AsOf      *time.Time `json:"asOf"`
}

type requestLimitView struct {
	Limit     *int       `json:"limit"`
	Remaining *int       `json:"remaining"`
	Next      *time.Time `json:"next"`
}

type requestsView struct {
	Total       int `json:"total"`
	Retries     int `json:"retries"`
	RateLimited int `json:"rateLimited"`
}

// since returns how many there were after others.
func (v requestsView) since(before requestsView) requestsView {
	return requestsView{v.Total - before.Total, v.Retries - before.Retries, v.RateLimited - before.RateLimited}
}

type errorView struct {
	Code     string             `json:"code"`
	Category catalogue.Category `json:"category"`
	Message  string             `json:"message"`
	Help     string             `json:"help"`
	PAPI     *papiView          `json:"papi"`
}

// optional returns nil for the zero value.
func optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// instant is optional for times, in UTC and whole seconds.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Second))
}

func viewProperty(ref papi.PropertyRef, name string) *propertyView {
	return &propertyView{
		ID: wholeID(ref.PropertyID), Name: optional(name),
		ContractID: optional(ref.ContractID.With(papi.PrefixContract)),
		GroupID:    optional(ref.GroupID.With(papi.PrefixGroup)),
	}
}

// about says which property, or which include, the document is about.
func (d *document) about(ref papi.PropertyRef, name string) {
	d.is(kindOf(ref.PropertyID), viewProperty(ref, name))
}

func (d *document) is(about kind, v *propertyView) {
	if about == includes {
		d.Include = v
		return
	}
	d.Property = v
}

func viewActivation(a *papi.Activation, now time.Time) *activationView {
	if a == nil {
		return nil
	}
	v := &activationView{
		ID: activationID(a.ActivationID), Type: a.ActivationType, Version: a.PropertyVersion,
		Network: a.Network, Status: a.Status, FMAActivationState: optional(a.FMAActivationState),
		SubmitDate: instant(a.SubmitDate), UpdateDate: instant(a.UpdateDate), Note: a.Note,
	}
	if f := a.FallbackInfo; f != nil {
		v.Fallback = &fallbackView{
			Possible: f.CanFastFallback && (f.FastFallbackExpirationTime.IsZero() || now.Before(f.FastFallbackExpirationTime)),
			Version:  optional(f.FallbackVersion),
			Expires:  instant(f.FastFallbackExpirationTime),
		}
	}
	return v
}

func viewBudget(q *papi.Quota) *budgetView {
	if q == nil {
		return nil
	}
	return &budgetView{Limit: q.Limit, Remaining: q.Remaining, Reset: instant(q.Reset), AsOf: instant(q.AsOf)}
}

// fail puts an error into the document.
func (d *document) fail(v catalogue.Verdict, err error, help string) {
	if help == "" {
		help = v.Help
	}
	d.Outcome, d.ExitCode = v.Outcome, v.ExitCode
	if stopped, ok := errors.AsType[*activation.StoppedError](err); ok && stopped.Uncertain {
		d.Submitted = nil // nobody knows
	}
	d.Error = &errorView{Code: v.Code, Category: v.Category, Message: term.Truncate(err.Error(), term.MaxMessage), Help: help, PAPI: viewPAPI(err)}
}
