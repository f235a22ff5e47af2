package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// submission is the body of a POST of an activation. Any other member is refused.
type submission struct {
	PropertyVersion        int             `json:"propertyVersion"`
	Network                Network         `json:"network"`
	NotifyEmails           []string        `json:"notifyEmails"`
	ActivationType         string          `json:"activationType"`
	Note                   string          `json:"note"`
	AcknowledgeAllWarnings bool            `json:"acknowledgeAllWarnings"`
	AcknowledgeWarnings    []string        `json:"acknowledgeWarnings"`
	UseFastFallback        bool            `json:"useFastFallback"`
	FastPush               *bool           `json:"fastPush"`
	IgnoreHTTPErrors       *bool           `json:"ignoreHttpErrors"`
	DelayValidations       *bool           `json:"delayValidations"`
	ComplianceRecord       json.RawMessage `json:"complianceRecord"`
}

// submit accepts an activation or returns why not. A refusal changes nothing.
func (s *Simulator) submit(c *call, p *property) *answer {
	wanted, a := c.readSubmission()
	if a != nil {
		return a
	}
	v, a := s.admit(c, p, wanted)
	if a != nil {
		return a
	}
	return s.accept(c, p, v, wanted)
}

// admit returns the version to be activated, or why it cannot be.
func (s *Simulator) admit(c *call, p *property, wanted *submission) (*Version, *answer) {
	v := p.version(wanted.PropertyVersion)
	if v == nil {
		return nil, c.notFound(fmt.Sprintf("version %d of %s", wanted.PropertyVersion, p.called()))
	}
	checks := []func(*property, *submission) *answer{c.inTheWay, c.alreadySo, c.fallbackPossible}
	if s.refuseNothing {
		checks = checks[2:]
	}
	for _, check := range checks {
		if a := check(p, wanted); a != nil {
			return nil, a
		}
	}
	if a := c.validate(v, wanted); a != nil {
		return nil, a
	}
	if s.budget.Left(c.told) == 0 {
		return nil, s.budgetExhausted(c)
	}
	return v, nil
}

// readSubmission checks the body as far as possible without the property.
func (c *call) readSubmission() (*submission, *answer) {
	wanted := &submission{ActivationType: Activate}
	if a := c.decode(wanted); a != nil {
		return nil, a
	}
	return wanted, c.checkSubmission(wanted, "#/propertyVersion")
}

// decode decodes the body. An unknown member is refused.
func (c *call) decode(into any) *answer {
	if !json.Valid(c.body) {
		return c.problem(http.StatusBadRequest, "json-mapping-error", "Unable to interpret JSON", "The request body is not JSON.")
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return c.schemaInvalid("#/", err.Error())
	}
	return nil
}

// checkSubmission checks the body; version is the name of its member for the version.
func (c *call) checkSubmission(wanted *submission, version string) *answer {
	switch {
	case wanted.PropertyVersion < 1:
		return c.schemaInvalid(version, "A number of at least 1 is required.")
	case wanted.Network != Staging && wanted.Network != Production:
		return c.schemaInvalid("#/network", "STAGING or PRODUCTION is required.")
	case wanted.ActivationType != Activate && wanted.ActivationType != Deactivate:
		return c.schemaInvalid("#/activationType", "The value must be ACTIVATE or DEACTIVATE.")
	case len(wanted.NotifyEmails) == 0 || slices.ContainsFunc(wanted.NotifyEmails, badEmail):
		return c.badNotifyEmails()
	}
	return nil
}

func (c *call) badNotifyEmails() *answer {
	return c.problem(http.StatusBadRequest, "activation/bad-notifyemails", "Bad notifyEmails",
		"At least one valid e-mail address is needed to send the outcome to.")
}

func badEmail(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	return !ok || local == "" || domain == ""
}

// inTheWay requires that no activation is in progress on the network, and that the other network was not just
// submitted to.
func (c *call) inTheWay(p *property, wanted *submission) *answer {
	if running := p.running(wanted.Network); running != nil {
		if running.Version == wanted.PropertyVersion {
			return c.unprocessable("property_activation_still_pending", "Property Manager Exception",
				"An activation or deactivation of this version is still pending.",
				"Property "+p.id, "Version "+strconv.Itoa(wanted.PropertyVersion))
		}
		return c.busy()
	}
	if p.changing(wanted.Network) {
		return c.busy()
	}
	other := Staging
	if wanted.Network == Staging {
		other = Production
	}
	if running := p.running(other); running != nil && !running.accepted.IsZero() && c.told.Sub(running.accepted) < time.Second {
		return c.problem(http.StatusConflict, "toolkit/validation_failed.error.arlfile.exists", "Operation failed",
			"The ARL file of this version exists already: another network's activation is writing it.")
	}
	return nil
}

func (c *call) busy() *answer {
	return c.problem(http.StatusConflict, "resource-busy", "Operation failed",
		"Another edit or activation on the same network is in progress for this property.")
}

// alreadySo refuses a submission that would change nothing.
func (c *call) alreadySo(p *property, wanted *submission) *answer {
	active := p.active(wanted.Network)
	same := active != nil && active.Version == wanted.PropertyVersion
	params := []string{"Property " + p.id, "Version " + strconv.Itoa(wanted.PropertyVersion)}
	switch {
	case wanted.ActivationType == Deactivate && !same:
		kind := "deactivation/not-active-in-" + strings.ToLower(string(wanted.Network))
		if p.includeType != "" {
			kind = "deactivation/include-not-active-in-" + strings.ToLower(string(wanted.Network))
		}
		return c.unprocessable(kind, "Version not active", "The version is not active on this network.", params...)
	case wanted.ActivationType == Activate && same:
		return c.unprocessable("activation/already-activated", "Version already active", "The version is active on this network already.", params...)
	default:
		return nil
	}
}

// fallbackPossible checks useFastFallback. PAPI does not document the type of its error.
func (c *call) fallbackPossible(p *property, wanted *submission) *answer {
	if !wanted.UseFastFallback {
		return nil
	}
	active := p.active(wanted.Network)
	if active == nil || active.Fallback == nil || !active.Fallback.Possible ||
		active.Fallback.Version != wanted.PropertyVersion || c.sim.After(active.Fallback.expires()) ||
		wanted.ActivationType != Activate {
		return c.problem(http.StatusBadRequest, "activation/fast-fallback-not-available", "Fast fallback not available",
			"Fast fallback to this version is not possible, or not possible any more.")
	}
	return nil
}

// validate refuses errors in the rules, unless validations are delayed, and warnings that were not
// acknowledged.
func (c *call) validate(v *Version, wanted *submission) *answer {
	if wanted.ActivationType == Deactivate {
		return nil
	}
	if len(v.Errors) > 0 && !wanted.delays() {
		return c.problems(problem{
			Type: problemBase + "papi/v0/activation/errors", Title: "Activation errors",
			Detail: "The version can't be activated because its rules have errors.",
			Status: http.StatusBadRequest, Errors: messageProblems(v.Errors), Warnings: messageProblems(v.Warnings),
		})
	}
	open := slices.DeleteFunc(slices.Clone(v.Warnings), func(m Message) bool {
		return wanted.AcknowledgeAllWarnings || slices.Contains(wanted.AcknowledgeWarnings, m.ID())
	})
	if len(open) > 0 {
		return c.problems(problem{
			Type: problemBase + "papi/v0/activation/warnings-not-acknowledged", Title: "Warnings not acknowledged",
			Detail: "The activation has warnings that must be acknowledged.",
			Status: http.StatusBadRequest, Warnings: messageProblems(open),
		})
	}
	return nil
}

func (w *submission) delays() bool { return w.DelayValidations != nil && *w.DelayValidations }

func (s *Simulator) accept(c *call, p *property, v *Version, wanted *submission) *answer {
	a := s.begin(c, p, v, wanted)
	p.advance(c.sim)
	return s.accepts(c, c.link(p, "/activations/"+c.id("atv_", bareID("atv_", a.ID))))
}

// begin creates the activation for a submission.
func (s *Simulator) begin(c *call, p *property, v *Version, wanted *submission) *Activation {
	s.accepted++
	s.budget.Spend(c.told)
	var base *Version
	if active := p.active(wanted.Network); active != nil {
		base = p.version(active.Version)
	}
	a := s.addActivation(p, Activation{
		Type: wanted.ActivationType, Network: wanted.Network, Version: wanted.PropertyVersion,
		Status: StatusNew, Submitted: c.sim, Note: wanted.Note, NotifyEmails: wanted.NotifyEmails,
		Steps: s.pace.Steps(Submission{
			Serial: s.accepted, Network: wanted.Network, Type: wanted.ActivationType,
			FastFallback: wanted.UseFastFallback, AddedHostnames: addedHostnames(v, base),
		}),
	})
	a.accepted, a.fast, a.byLooks = c.told, wanted.UseFastFallback, waitsForLooks(a.Steps)
	if wanted.ActivationType == Activate {
		a.fails, a.cause = v.Fails, v.FailureCause
		if len(v.Errors) > 0 {
			a.fails, a.cause = true, v.Errors[0].Detail
		}
	}
	return a
}

func waitsForLooks(steps []Step) bool {
	return slices.ContainsFunc(steps, func(step Step) bool { return step.Looks > 0 })
}

// accepts is the answer to a submission, with the remaining daily budget.
func (s *Simulator) accepts(c *call, to string) *answer {
	reply := jsonAnswer(http.StatusCreated, activationLink{to})
	reply.header.Set("Location", to)
	s.budgetHeaders(reply.header, c.told)
	return reply
}
