package simulator

import (
	"strconv"

	"github.com/propctl/propctl/papi/simulator/internal/jsonpatch"
)

// bulkPatch is the body of a bulk request of changes of rules.
type bulkPatch struct {
	Items []patchItem `json:"patchPropertyVersions"`
}

type patchItem struct {
	PropertyID      idText                `json:"propertyId"`
	PropertyVersion int                   `json:"propertyVersion"`
	Etag            string                `json:"etag"`
	Patches         []jsonpatch.Operation `json:"patches"`

	refusal  refusal
	property *property
}

func (s *Simulator) bulkPatchRules(c *call) *answer {
	var body bulkPatch
	if a := c.decode(&body); a != nil {
		return a
	}
	var list []jobItem
	for i := range body.Items {
		if item := &body.Items[i]; item.PropertyID != "" && item.PropertyVersion > 0 && len(item.Patches) > 0 {
			list = append(list, item)
		}
	}
	if len(list) == 0 || len(list) != len(body.Items) {
		return c.schemaInvalid("#/patchPropertyVersions", "An item is required, and each has a propertyId, a propertyVersion and patches.")
	}
	return s.beginJob(c, patchJobs(), list, nil).accepted(c)
}

func (i *patchItem) perform(s *Simulator, c *call) task {
	p, a := s.itemProperty(c, i.PropertyID)
	if a == nil {
		i.property = p
		a = i.apply(s, c, p)
	}
	if a != nil {
		i.refusal = refusalOf(a)
		return taskRefused
	}
	return taskComplete
}

func (i *patchItem) apply(s *Simulator, c *call, p *property) *answer {
	v := p.version(i.PropertyVersion)
	if v == nil {
		return c.notFound("this version of " + p.called())
	}
	if i.Etag != "" && i.Etag != p.etag(v) {
		return c.etagConflict()
	}
	if a := c.editable(p, v); a != nil {
		return a
	}
	tree, err := patched(v.tree(), i.Patches)
	if err != nil {
		return c.invalidPatch(err)
	}
	written := *v
	if a := s.judged(c, p, &written, tree); a != nil {
		return a
	}
	written.touched(c)
	*v = written
	i.refusal = refusal{errors: messageProblems(v.Errors), warnings: messageProblems(v.Warnings)} // the patch is applied all the same
	return nil
}

func (i *patchItem) show(_ *Simulator, c *call, p progress) []any {
	row := map[string]any{
		"patchPropertyId": c.id("prp_", i.PropertyID.bare("prp_")), "patchPropertyVersion": i.PropertyVersion, "patches": i.Patches,
		"patchPropertyVersionStatus": p.task, "patchSubmitDate": c.stamp(p.submitted), "patchUpdateDate": c.stamp(p.updated),
	}
	if i.property != nil && p.task == taskComplete {
		row["propertyVersionRulesLink"] = c.link(i.property, "/versions/"+strconv.Itoa(i.PropertyVersion)+"/rules")
		if v := i.property.version(i.PropertyVersion); v != nil {
			row["etag"] = i.property.etag(v)
		}
	}
	if i.refusal.fatal != "" {
		row["fatalError"] = i.refusal.fatal
	}
	members := []string{"type", "title", "detail", "errorLocation"}
	if len(i.refusal.errors) > 0 {
		row["papiErrors"] = bulkMessages(i.refusal.errors, members...)
	}
	if len(i.refusal.warnings) > 0 {
		row["papiWarnings"] = bulkMessages(i.refusal.warnings, members...)
	}
	return []any{row}
}
