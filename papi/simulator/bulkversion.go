package simulator

// bulkCreation is the body of a bulk request of versions.
type bulkCreation struct {
	Items []creationItem `json:"createPropertyVersions"`
}

type creationItem struct {
	PropertyID idText `json:"propertyId"`

	versionCreation

	property *property
	made     int
}

func (s *Simulator) bulkCreate(c *call) *answer {
	var body bulkCreation
	if a := c.decode(&body); a != nil {
		return a
	}
	var list []jobItem
	for i := range body.Items {
		if item := &body.Items[i]; item.PropertyID != "" && item.CreateFromVersion > 0 {
			list = append(list, item)
		}
	}
	if len(list) == 0 || len(list) != len(body.Items) {
		return c.schemaInvalid("#/createPropertyVersions", "An item is required, and each has a propertyId and a createFromVersion.")
	}
	return s.beginJob(c, versionJobs(), list, nil).accepted(c)
}

func (i *creationItem) perform(s *Simulator, c *call) task {
	p, a := s.itemProperty(c, i.PropertyID)
	if a != nil {
		return taskRefused
	}
	v, a := c.copyVersion(p, i.versionCreation)
	if a != nil {
		return taskRefused
	}
	i.property, i.made = p, v.Number
	return taskComplete
}

func (i *creationItem) show(_ *Simulator, c *call, p progress) []any {
	row := map[string]any{
		"propertyId": c.id("prp_", i.PropertyID.bare("prp_")), "createFromVersion": i.CreateFromVersion, "createVersionStatus": p.task,
		"createVersionSubmitDate": c.stamp(p.submitted), "createVersionUpdateDate": c.stamp(p.updated),
	}
	if i.CreateFromVersionEtag != "" {
		row["createFromVersionEtag"] = i.CreateFromVersionEtag
	}
	if i.made > 0 {
		row["propertyVersion"], row["propertyVersionLink"] = i.made, c.versionPath(i.property, i.made)
		if v := i.property.version(i.made); v != nil {
			row["etag"] = i.property.etag(v)
		}
	}
	return []any{row}
}
