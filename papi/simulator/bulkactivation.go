package simulator

import "slices"

// bulkActivation is the body of a bulk request of activations.
type bulkActivation struct {
	Defaults activationDefaults `json:"defaultActivationSettings"`
	Items    []activationItem   `json:"activatePropertyVersions"`
}

type activationDefaults struct {
	AcknowledgeAllWarnings bool     `json:"acknowledgeAllWarnings"`
	UseFastFallback        bool     `json:"useFastFallback"`
	FastPush               *bool    `json:"fastPush,omitempty"`
	NotifyEmails           []string `json:"notifyEmails,omitempty"`
}

type activationItem struct {
	PropertyID          idText   `json:"propertyId"`
	PropertyVersion     int      `json:"propertyVersion"`
	Network             Network  `json:"network"`
	Note                string   `json:"note"`
	AcknowledgeWarnings []string `json:"acknowledgeWarnings"`

	defaults activationDefaults
	refusal  refusal
	property *property
	made     *Activation
}

func (s *Simulator) bulkActivate(c *call) *answer {
	var body bulkActivation
	if a := c.decode(&body); a != nil {
		return a
	}
	if len(body.Items) == 0 {
		return c.schemaInvalid("#/activatePropertyVersions", "At least one item is required.")
	}
	var list []jobItem
	for i := range body.Items {
		item := &body.Items[i]
		if item.PropertyID == "" || item.PropertyVersion < 1 || item.Network != Staging && item.Network != Production {
			return c.schemaInvalid("#/activatePropertyVersions", "An item has a propertyId, a propertyVersion and a network.")
		}
		item.defaults = body.Defaults
		list = append(list, item)
	}
	return s.beginJob(c, activationJobs(), list, map[string]any{"defaultActivationSettings": body.Defaults}).accepted(c)
}

func (i *activationItem) perform(s *Simulator, c *call) task {
	wanted := &submission{
		PropertyVersion: i.PropertyVersion, Network: i.Network, NotifyEmails: i.defaults.NotifyEmails, ActivationType: Activate,
		Note: i.Note, AcknowledgeAllWarnings: i.defaults.AcknowledgeAllWarnings, AcknowledgeWarnings: i.AcknowledgeWarnings,
		UseFastFallback: i.defaults.UseFastFallback,
	}
	if len(wanted.NotifyEmails) == 0 || slices.ContainsFunc(wanted.NotifyEmails, badEmail) {
		i.refusal.fatal = "activation requires a valid notifyEmail"
		return taskRefused
	}
	p, a := s.itemProperty(c, i.PropertyID)
	if a != nil {
		i.refusal = refusalOf(a)
		return taskRefused
	}
	i.property = p
	v, a := s.admit(c, p, wanted)
	if a != nil {
		i.refusal = refusalOf(a)
		return taskRefused
	}
	i.made = s.begin(c, p, v, wanted)
	return taskComplete
}

// show shows the activation as it was submitted: the job does not follow it further.
func (i *activationItem) show(_ *Simulator, c *call, p progress) []any {
	row := map[string]any{
		"propertyId": c.id("prp_", i.PropertyID.bare("prp_")), "propertyVersion": i.PropertyVersion, "network": i.Network, "note": i.Note,
		"acknowledgeAllWarnings": i.defaults.AcknowledgeAllWarnings, "useFastFallback": i.defaults.UseFastFallback,
		"fastPush": i.defaults.FastPush == nil || *i.defaults.FastPush, "notifyEmails": append([]string{}, i.defaults.NotifyEmails...),
		"taskStatus": p.task, "activationStatus": StatusNew, "propertyActivationLink": "",
		"activationSubmitDate": c.stamp(p.submitted), "activationUpdateDate": c.stamp(p.updated),
	}
	if i.property != nil {
		row["propertyName"] = i.property.name
	}
	if i.made != nil {
		row["propertyActivationLink"] = c.link(i.property, "/activations/"+c.id("atv_", bareID("atv_", i.made.ID)))
	}
	if i.refusal.fatal != "" {
		row["fatalError"] = i.refusal.fatal
	}
	if len(i.refusal.errors) > 0 {
		row["activationErrors"] = bulkMessages(i.refusal.errors, "type", "detail")
	}
	if len(i.refusal.warnings) > 0 {
		row["activationWarnings"] = bulkMessages(i.refusal.warnings, "type", "detail", "messageId")
		row["numberOfWarningsFromActivation"] = len(i.refusal.warnings)
	}
	return []any{row}
}

// bulkMessages returns the given members of each problem.
func bulkMessages(problems []problem, members ...string) []map[string]string {
	list := []map[string]string{}
	for _, p := range problems {
		all := map[string]string{
			"type": p.Type, "title": p.Title, "detail": p.Detail, "messageId": p.MessageID, "errorLocation": p.ErrorLocation,
		}
		row := map[string]string{}
		for _, name := range members {
			row[name] = all[name]
		}
		list = append(list, row)
	}
	return list
}
