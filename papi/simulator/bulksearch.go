package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/propctl/propctl/papi/simulator/internal/jsonpath"
)

// bulkSearch is the body of a search in rules.
type bulkSearch struct {
	Query        bulkQuery `json:"bulkSearchQuery"`
	PropertyType string    `json:"propertyType"`
}

type bulkQuery struct {
	Syntax     string   `json:"syntax"`
	Match      string   `json:"match"`
	Qualifiers []string `json:"bulkSearchQualifiers,omitempty"`
}

// searchItem is a search, which is the only item of its job.
type searchItem struct {
	match      jsonpath.Path
	qualifiers []jsonpath.Path
	kind       string
	results    []hit
}

// readSearch creates the job of a search.
func (s *Simulator) readSearch(c *call) (*job, *answer) {
	var body bulkSearch
	if a := c.decode(&body); a != nil {
		return nil, a
	}
	if body.Query.Syntax != "JSONPATH" {
		return nil, c.schemaInvalid("#/bulkSearchQuery/syntax", "The value must be JSONPATH.")
	}
	if !slices.Contains([]string{"", "TRADITIONAL", "HOSTNAME_BUCKET", "INCLUDE"}, body.PropertyType) {
		return nil, c.schemaInvalid("#/propertyType", "The value must be TRADITIONAL, HOSTNAME_BUCKET or INCLUDE.")
	}
	item := &searchItem{kind: body.PropertyType}
	var err error
	if item.match, err = jsonpath.Parse(body.Query.Match); err != nil {
		return nil, c.schemaInvalid("#/bulkSearchQuery/match", err.Error())
	}
	for _, text := range body.Query.Qualifiers {
		path, err := jsonpath.Parse(text)
		if err != nil {
			return nil, c.schemaInvalid("#/bulkSearchQuery/bulkSearchQualifiers", err.Error())
		}
		item.qualifiers = append(item.qualifiers, path)
	}
	return s.beginJob(c, searchJobs(), []jobItem{item}, map[string]any{"bulkSearchQuery": body.Query}), nil
}

func (s *Simulator) bulkSearchRules(c *call) *answer {
	j, a := s.readSearch(c)
	if a != nil {
		return a
	}
	return j.accepted(c)
}

// bulkSearchAtOnce answers when the search is over.
func (s *Simulator) bulkSearchAtOnce(c *call) *answer {
	j, a := s.readSearch(c)
	if a != nil {
		return a
	}
	s.step(j, c.sim)
	return jsonAnswer(http.StatusAccepted, j.view(s, c))
}

// perform searches the active and the latest versions.
func (i *searchItem) perform(s *Simulator, c *call) task {
	for _, p := range slices.Concat(s.properties.all, s.includes.all) {
		p.advance(c.sim)
		if i.kind != "" && i.kind != p.kind() {
			continue
		}
		numbers, latest := p.activeVersions(), p.latest()
		if latest != nil && !slices.Contains(numbers, latest.Number) {
			numbers = append(numbers, latest.Number)
		}
		for _, n := range numbers {
			if v := p.version(n); v != nil {
				if places := i.places(v); len(places) > 0 {
					i.results = append(i.results, hit{p, n, places})
				}
			}
		}
	}
	return taskComplete
}

// kind is PAPI's propertyType.
func (p *property) kind() string {
	switch {
	case p.includeType != "":
		return "INCLUDE"
	case p.bucket:
		return "HOSTNAME_BUCKET"
	}
	return "TRADITIONAL"
}

// places returns where the rules match, if they satisfy all qualifiers.
func (i *searchItem) places(v *Version) []string {
	var tree any
	if json.Unmarshal(v.tree(), &tree) != nil {
		return nil
	}
	for _, qualifier := range i.qualifiers {
		if len(within(qualifier, tree)) == 0 {
			return nil
		}
	}
	return within(i.match, tree)
}

// within finds the matches of a path that is relative to the default rule, or to the document around it.
func within(path jsonpath.Path, tree any) []string {
	root, at := tree, "/rules"
	if path.BeginsWith("rules") {
		root, at = map[string]any{"rules": tree}, ""
	}
	var places []string
	for _, f := range path.Find(root, at) {
		if !slices.Contains(places, f.At) {
			places = append(places, f.At)
		}
	}
	return places
}

// hit is a version that was found.
type hit struct {
	property *property
	version  int
	places   []string
}

func (c *call) wireHit(h hit) any {
	p, v := h.property, h.property.version(h.version)
	active := c.editable(p, v) != nil
	row := map[string]any{
		"accountId": c.id("act_", accountID), "isLatest": v == p.latest(), "isLocked": active,
		"isSecure": strings.Contains(string(v.tree()), `"is_secure":true`), "lastModifiedTime": c.stamp(v.Updated), "matchLocations": h.places,
		"stagingStatus": p.versionStatus(v.Number, Staging), "productionStatus": p.versionStatus(v.Number, Production),
		"propertyId": c.id("prp_", p.id), "propertyName": p.name, "propertyVersion": v.Number, "propertyType": "TRADITIONAL",
	}
	if p.includeType != "" {
		row["includeId"], row["includeName"], row["includeType"] = c.id("inc_", p.id), p.name, p.includeType
		row["includeVersion"], row["propertyType"] = v.Number, p.kind()
	}
	return row
}

// show has one row per version found.
func (i *searchItem) show(_ *Simulator, c *call, _ progress) []any {
	var rows []any
	for _, h := range i.results {
		rows = append(rows, c.wireHit(h))
	}
	return rows
}
