package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi/simulator"
)

const rulesOfNew = "/properties/prp_1008/versions/1/rules"

func ruleTree(behaviors string) string {
	return `{"comments":"by hand","rules":{"name":"default","children":[],"behaviors":[` + behaviors + `]}}`
}

const (
	originBehavior = `{"name":"origin","options":{"hostname":"origin.example.com"}}`
	cpcodeBehavior = `{"name":"cpCode","options":{"value":{"id":10001}}}`
)

func TestWrittenRulesAreReadAgain(t *testing.T) {
	c := newClient(t, simulator.Options{})
	before := c.get(rulesOfNew).header.Get("ETag")
	r := c.do(http.MethodPut, rulesOfNew, ruleTree(originBehavior+","+cpcodeBehavior)).want(http.StatusOK)
	if r.count("errors")+r.count("warnings") != 0 || r.header.Get("ETag") == before || `"`+r.text("etag")+`"` != r.header.Get("ETag") {
		t.Errorf("ETag %s, before %s: %s", r.header.Get("ETag"), before, r.body)
	}
	read := c.get(rulesOfNew)
	if read.body != r.body || read.count("rules", "behaviors") != 2 {
		t.Errorf("read:    %s\nwritten: %s", read.body, r.body)
	}
	version := c.get("/properties/prp_1008/versions/1")
	if version.text("versions", "items", 0, "etag") != r.text("etag") || version.text("versions", "items", 0, "note") != "by hand" {
		t.Errorf("%s", version.body)
	}
	if h := c.do(http.MethodHead, rulesOfNew, "").want(http.StatusNoContent); h.header.Get("ETag") != r.header.Get("ETag") || h.body != "" {
		t.Errorf("HEAD: ETag %s, body %q", h.header.Get("ETag"), h.body)
	}
}

func TestRulesAreValidatedWhenTheyAreWritten(t *testing.T) {
	deep := strings.Repeat(`{"name":"x","behaviors":[],"children":[`, 7) + strings.Repeat(`]}`, 7)
	for name, tt := range map[string]struct{ tree, errors, warnings string }{
		"nothing":             {ruleTree(""), "missing-origin", "missing-cpcode"},
		"all that is needed":  {ruleTree(originBehavior + "," + cpcodeBehavior), "", ""},
		"a CP code of others": {ruleTree(originBehavior + `,{"name":"cpCode","options":{"value":{"id":9}}}`), "", "unknown-cpcode"},
		"no such include":     {ruleTree(originBehavior + "," + cpcodeBehavior + `,{"name":"include","options":{"id":"9"}}`), "unknown-include", ""},
		"an include":          {ruleTree(originBehavior + "," + cpcodeBehavior + `,{"name":"include","options":{"id":"2001"}}`), "", ""},
		"a long cache time":   {ruleTree(originBehavior + "," + cpcodeBehavior + `,{"name":"caching","options":{"ttl":"366d"}}`), "", "long-cache-time"},
		"a year":              {ruleTree(originBehavior + "," + cpcodeBehavior + `,{"name":"caching","options":{"ttl":"365d"}}`), "", ""},
		"too deep":            {strings.Replace(ruleTree(originBehavior+","+cpcodeBehavior), `"children":[]`, `"children":[`+deep+`]`, 1), "too-deep", ""},
	} {
		c := newClient(t, simulator.Options{})
		r := c.do(http.MethodPut, rulesOfNew, tt.tree).want(http.StatusOK)
		for member, want := range map[string]string{"errors": tt.errors, "warnings": tt.warnings} {
			if got := r.text(member, 0, "type"); want == "" && got != "" || !strings.HasSuffix(got, want) {
				t.Errorf("%s: %s %q, want %q", name, member, got, want)
			}
		}
		// What is wrong with the rules is in the way of their activation.
		status := http.StatusCreated
		if tt.errors != "" {
			status = http.StatusBadRequest
		}
		c.submit("prp_1008", 1, simulator.Staging, "").want(status)
	}
}

func TestRulesOnlyTriedAreNotKept(t *testing.T) {
	c := newClient(t, simulator.Options{})
	before := c.get(rulesOfNew)
	r := c.do(http.MethodPut, rulesOfNew+"?dryRun=true", ruleTree("")).want(http.StatusOK)
	if r.count("errors") != 1 {
		t.Errorf("tried: %s", r.body)
	}
	if r := c.do(http.MethodPut, rulesOfNew+"?dryRun=true&validateRules=false", ruleTree("")); r.count("errors") != 0 {
		t.Errorf("not validated: %s", r.body)
	}
	if after := c.get(rulesOfNew); after.body != before.body {
		t.Errorf("after a dry run: %s", after.body)
	}
	c.do(http.MethodPut, rulesOfNew+"?dryRun=perhaps", ruleTree("")).want(http.StatusBadRequest)
}

func TestRulesThatAreNoneAreRefused(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for _, body := range []string{
		`{}`, `[]`, `{"rules":null}`, `{"rules":[]}`, `{"rules":{}}`, `{"rules":{"name":"x","behaviors":{}}}`,
		`{"rules":{"name":"x","behaviors":[{"name":"origin"}]}}`, `{"rules":{"name":"x","children":[{}]}}`, `{"rules":{"name":1}}`,
	} {
		c.do(http.MethodPut, rulesOfNew, body).rejected(http.StatusBadRequest, "json-schema-invalid")
	}
	c.do(http.MethodPut, rulesOfNew, "x").rejected(http.StatusBadRequest, "json-mapping-error")
	c.do(http.MethodPut, "/properties/prp_1001/versions/7/rules", ruleTree("")).rejected(http.StatusForbidden, "already-activated")
	c.header.Set("If-Match", `"x"`)
	c.do(http.MethodPut, rulesOfNew, ruleTree(originBehavior)).rejected(http.StatusPreconditionFailed, "etag-conflict")
	c.do(http.MethodPatch, rulesOfNew, `[]`).rejected(http.StatusPreconditionFailed, "etag-conflict")
}

func TestRuleFormatIsAskedForByMediaType(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.header.Set("Accept", "application/vnd.akamai.papirules.v2023-01-05+json")
	r := c.get(rulesOfNew).want(http.StatusOK)
	if r.text("ruleFormat") != "v2023-01-05" || r.header.Get("Content-Type") != c.header.Get("Accept") {
		t.Errorf("%s: %s", r.header.Get("Content-Type"), r.body)
	}
	c.header.Set("Accept", "application/vnd.akamai.papirules.v1999-01-01+json")
	c.get(rulesOfNew).rejected(http.StatusNotAcceptable, "http/not-acceptable")
	c.header.Del("Accept")
	for format, want := range map[string]int{"v2023-01-05": 200, "latest": 200, "v1999-01-01": 415} {
		c.header.Set("Content-Type", "application/vnd.akamai.papirules."+format+"+json")
		c.do(http.MethodPut, rulesOfNew, ruleTree(originBehavior)).want(want)
	}
	if got := c.get(rulesOfNew).text("ruleFormat"); got == "latest" {
		t.Errorf("the version's format is %s", got)
	}
}

func TestRulesArePatched(t *testing.T) {
	for _, tt := range []struct{ operations, want string }{
		{`{"op":"add","path":"/rules/behaviors/-","value":{"name":"a","options":{}}}`, "o c m a"},
		{`{"op":"add","path":"/rules/behaviors/0","value":{"name":"a","options":{}}}`, "a o c m"},
		{`{"op":"remove","path":"/rules/behaviors/1"}`, "o m"},
		{`{"op":"replace","path":"/rules/behaviors/2/name","value":"x"}`, "o c x"},
		{`{"op":"move","from":"/rules/behaviors/2","path":"/rules/behaviors/0"}`, "m o c"},
		{`{"op":"copy","from":"/rules/behaviors/0","path":"/rules/behaviors/-"}`, "o c m o"},
		{`{"op":"test","path":"/rules/name","value":"default"},{"op":"remove","path":"/rules/behaviors/0"}`, "c m"},
		{`{"op":"test","path":"/rules/name","value":"other"}`, ""},
		{`{"op":"remove","path":"/rules/behaviors/3"}`, ""},
		{`{"op":"remove","path":"/rules/behaviors/00"}`, ""},
		{`{"op":"replace","path":"/rules/none","value":1}`, ""},
		{`{"op":"add","path":"/rules/behaviors/4","value":{}}`, ""},
		{`{"op":"add","path":"/other","value":{}}`, ""},
		{`{"op":"remove","path":"/rules"}`, ""},
		{`{"op":"add","path":"rules","value":{}}`, ""},
		{`{"op":"add","path":"/rules/x"}`, ""},
		{`{"op":"jump","path":"/rules/x"}`, ""},
		{`{"op":"move","from":"/rules/none","path":"/rules/x"}`, ""},
		{`{"op":"add","path":"/rules/behaviors/0/options/a~1b","value":1},{"op":"test","path":"/rules/behaviors/0/options/a~1b","value":1}`, "o c m"},
		{`{"op":"add","path":"/rules/behaviors/0/options/deep","value":{"a":[1]}},{"op":"add","path":"/rules/behaviors/0/options/deep/a/0","value":2},{"op":"test","path":"/rules/behaviors/0/options/deep/a","value":[2,1]}`, "o c m"},
	} {
		c := newClient(t, simulator.Options{})
		c.header.Set("Content-Type", "application/json-patch+json")
		r := c.do(http.MethodPatch, rulesOfNew, "["+tt.operations+"]")
		if tt.want == "" {
			r.rejected(http.StatusBadRequest, "json-patch-invalid")
			continue
		}
		var names []string
		for i := range r.want(http.StatusOK).count("rules", "behaviors") {
			names = append(names, r.text("rules", "behaviors", i, "name")[:1])
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.operations, got, tt.want)
		}
	}
}

func TestIncludesKnowTheirParents(t *testing.T) {
	c := newClient(t, simulator.Options{})
	if n := c.get("/includes/inc_2001/parents").count("properties", "items"); n != 0 {
		t.Errorf("%d parents, want none", n)
	}
	c.do(http.MethodPut, rulesOfNew, ruleTree(originBehavior+`,{"name":"include","options":{"id":"2001"}}`)).want(http.StatusOK)
	if got := c.get("/includes/inc_2001/parents").text("properties", "items", 0, "propertyName"); got != "new.example.com" {
		t.Errorf("parent %q", got)
	}
	if got := c.get("/properties/prp_1008/versions/1/includes").text("includes", "items", 0, "includeName"); got != "security-headers" {
		t.Errorf("include %q", got)
	}
	if got := c.get("/properties/prp_1008/versions/1/external-resources").value("externalResources", "include", "2001", "name"); got != "security-headers" {
		t.Errorf("external resource %v", got)
	}
}

func TestIncludeRulesNeedNoOriginAndTakeNoInclude(t *testing.T) {
	c := newClient(t, simulator.Options{})
	const path = "/includes/inc_2001/versions/3/rules"
	if r := c.do(http.MethodPut, path, ruleTree("")).want(http.StatusOK); r.count("errors")+r.count("warnings") != 0 {
		t.Errorf("%s", r.body)
	}
	if r := c.do(http.MethodPut, path, ruleTree(`{"name":"include","options":{"id":2002}}`)); r.count("errors") != 1 {
		t.Errorf("%s", r.body)
	}
}

func TestManyElementsAreTooMany(t *testing.T) {
	c := newClient(t, simulator.Options{})
	many := strings.Repeat(`{"name":"gzipResponse","options":{}},`, 1499)
	if r := c.do(http.MethodPut, rulesOfNew, ruleTree(many+originBehavior)).want(http.StatusOK); r.count("errors") != 0 || r.header.Get("X-Limit-Elements-Per-Property-Remaining") != "0" {
		t.Errorf("1500: %d errors, %s remaining", r.count("errors"), r.header.Get("X-Limit-Elements-Per-Property-Remaining"))
	}
	if r := c.do(http.MethodPut, rulesOfNew, ruleTree(many+originBehavior+","+cpcodeBehavior)); r.count("errors") != 1 {
		t.Errorf("1501: %s", fmt.Sprint(r.count("errors"), " errors"))
	}
}
