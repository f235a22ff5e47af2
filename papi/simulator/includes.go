package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func (c *call) showInclude(p *property) *answer {
	return jsonAnswer(http.StatusOK, includeList{items[wireInclude]{[]wireInclude{c.wireInclude(p)}}})
}

func (c *call) wireInclude(p *property) wireInclude {
	w := wireInclude{
		owner: c.owner(p), IncludeID: c.id("inc_", p.id), IncludeName: p.name, IncludeType: p.includeType,
		AssetID: c.id("aid_", p.id), Note: p.note, PropertyType: "INCLUDE",
	}
	if latest := p.latest(); latest != nil {
		w.LatestVersion = latest.Number
	}
	if a := p.active(Staging); a != nil {
		w.StagingVersion = &a.Version
	}
	if a := p.active(Production); a != nil {
		w.ProductionVersion = &a.Version
	}
	return w
}

// includeSubmission is the body of a POST of an include's activation, without fast fallback and fast push.
type includeSubmission struct {
	IncludeVersion         int             `json:"includeVersion"`
	Network                Network         `json:"network"`
	NotifyEmails           []string        `json:"notifyEmails"`
	ActivationType         string          `json:"activationType"`
	Note                   string          `json:"note"`
	AcknowledgeAllWarnings bool            `json:"acknowledgeAllWarnings"`
	AcknowledgeWarnings    []string        `json:"acknowledgeWarnings"`
	IgnoreHTTPErrors       *bool           `json:"ignoreHttpErrors"`
	DelayValidations       *bool           `json:"delayValidations"`
	ComplianceRecord       json.RawMessage `json:"complianceRecord"`
}

// submitInclude accepts an activation and begins its validation. The id in the answer differs from that in the
// list.
func (s *Simulator) submitInclude(c *call, p *property) *answer {
	body := includeSubmission{ActivationType: Activate}
	if a := c.decode(&body); a != nil {
		return a
	}
	wanted := &submission{
		PropertyVersion: body.IncludeVersion, Network: body.Network, NotifyEmails: body.NotifyEmails,
		ActivationType: body.ActivationType, Note: body.Note,
		AcknowledgeAllWarnings: body.AcknowledgeAllWarnings, AcknowledgeWarnings: body.AcknowledgeWarnings,
		DelayValidations: body.DelayValidations,
	}
	if a := c.checkSubmission(wanted, "#/includeVersion"); a != nil {
		return a
	}
	v, refused := s.admit(c, p, wanted)
	if refused != nil {
		return refused
	}
	a := s.begin(c, p, v, wanted)
	a.temporary = s.newUUID()
	if wanted.ActivationType == Deactivate {
		v = nil
	}
	a.Steps = validationSteps(a.Steps, s.validation, v)
	p.advance(c.sim)
	return s.accepts(c, c.link(p, "/activations/"+a.temporary))
}

// pollInclude counts the look first, because a look may trigger a step.
func (s *Simulator) pollInclude(c *call, p *property) *answer {
	a := p.activation(c.named("activation"))
	if a == nil {
		return c.notFound("activation " + c.named("activation"))
	}
	a.Looks++
	p.advance(c.sim)
	if a.Validation == ValidationReceived {
		return c.notFound("activation " + c.named("activation"))
	}
	list := includeActivationAnswer{owner: c.owner(p), Activations: items[wireActivation]{[]wireActivation{}}}
	if a.Validation != "" {
		list.Validations = c.wireValidations(p, a)
	}
	if !a.Validation.hides() {
		list.Activations.Items = append(list.Activations.Items, c.wireActivation(p, a))
	}
	reply := jsonAnswer(http.StatusOK, list)
	if a.Status == StatusPending && s.retryAfter != "" {
		reply.header.Set("Retry-After", s.retryAfter)
	}
	return reply
}

func (c *call) wireValidations(p *property, a *Activation) *wireValidations {
	w := &wireValidations{Network: a.Network, List: items[wireParentError]{[]wireParentError{}}}
	w.Summary.MessageState = a.Validation
	const whole, half = 100, 50
	w.Summary.CompletePercent = whole
	v := p.version(a.Version)
	switch a.Validation {
	case ValidationInProgress:
		w.Summary.CompletePercent = half
	case ValidationAbort:
		w.Summary.HasValidationError = true
		for i, name := range v.BrokenParents {
			w.List.Items = append(w.List.Items, wireParentError{
				VersionID: firstID + i, PropertyName: name, VersionNumber: 1, HasValidationError: true,
				ValidationResultsLink: fmt.Sprintf("/papi/v0/includes/validation-results/%s/properties/%d/versions/1", a.temporary, firstID+i),
			})
		}
	case ValidationRefused:
		w.Summary.HasClientError = true
		refusal := marshal(problem{Type: v.Refusal, Title: "Property Manager Exception", Detail: v.Refusal, Status: http.StatusBadRequest, MessageID: v.Refusal})
		w.Summary.ErrorMessage = `400 : "` + string(refusal) + `"`
	case ValidationReceived, ValidationPassed:
	}
	return w
}
