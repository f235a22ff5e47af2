package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

// bulk posts a bulk request that must be taken, and returns the path of its job.
func (c *client) bulk(family, body string) string {
	c.t.Helper()
	r := c.do(http.MethodPost, "/bulk/"+family, body).want(http.StatusAccepted)
	return "/bulk/" + family + "/" + idOf(r.header.Get("Location"))
}

// tasks are the states of the items of a job, and of the job.
func (r reply) tasks(status, list, member string) string {
	r.t.Helper()
	text := r.want(http.StatusOK).text(status)
	for i := range r.count(list) {
		text += " " + r.text(list, i, member)
	}
	return text
}

func activations(items ...string) string {
	return `{"defaultActivationSettings":{"acknowledgeAllWarnings":true,"notifyEmails":["a@example.com"]},"activatePropertyVersions":[` + strings.Join(items, ",") + `]}`
}

func item(property string, version int) string {
	return fmt.Sprintf(`{"propertyId":%q,"propertyVersion":%d,"network":"STAGING","note":"bulk"}`, property, version)
}

func TestBulkActivationSubmitsItsItemsOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{BulkInterval: 10 * time.Second})
		path := c.bulk("activations", activations(item("prp_1001", 8), item("prp_1002", 4), item("prp_1003", 3)))
		start := time.Now()
		for after, want := range []string{
			"PENDING PENDING PENDING PENDING",
			"IN_PROGRESS COMPLETE IN_PROGRESS PENDING",
			"IN_PROGRESS COMPLETE COMPLETE IN_PROGRESS",
			"COMPLETE COMPLETE COMPLETE COMPLETE",
		} {
			time.Sleep(time.Until(start.Add(time.Duration(after) * 10 * time.Second)))
			if got := c.get(path).tasks("bulkActivationStatus", "activatePropertyVersions", "taskStatus"); got != want {
				t.Errorf("after %d items: %s, want %s", after, got, want)
			}
			made := 0
			for _, property := range []string{"1001", "1002", "1003"} {
				all := c.sim.Activations(property)
				if last := all[len(all)-1]; last.Note == "bulk" {
					made++
				}
			}
			if made != after {
				t.Errorf("%d activations after %d items", made, after)
			}
		}
		all := c.sim.Activations("1003")
		if last := all[len(all)-1]; !last.Submitted.Equal(start.Add(30 * time.Second)) {
			t.Errorf("the third was submitted at %s", last.Submitted)
		}
		r := c.get(path)
		link := r.text("activatePropertyVersions", 0, "propertyActivationLink")
		c.get("/properties/prp_1001/activations/" + idOf(link)).want(http.StatusOK)
		if got := r.text("activatePropertyVersions", 0, "activationStatus"); got != "NEW" {
			t.Errorf("an item that is complete is %s", got)
		}
	})
}

// A job that nobody looks at goes on.
func TestBulkActivationGoesOnUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{})
		c.bulk("activations", activations(item("prp_1002", 4)))
		time.Sleep(10 * time.Minute)
		if all := c.sim.Activations("1002"); all[len(all)-1].Note != "bulk" {
			t.Error("it has not gone on for who looks at the simulator itself")
		}
		r := c.get("/properties/prp_1002/activations")
		if got := r.state(); got != "ACTIVE steady" || r.item("propertyVersion") != float64(4) {
			t.Errorf("%s: %s", got, r.body)
		}
	})
}

func TestBulkItemsFailEachForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{ActivationsPerDay: 1})
		unacknowledged := strings.Replace(activations(item("prp_1001", 8)), "true", "false", 1)
		warned := c.bulk("activations", unacknowledged)
		nobody := c.bulk("activations", strings.Replace(activations(item("prp_1002", 4)), `"a@example.com"`, "", 1))
		mixed := c.bulk("activations", activations(item("prp_1004", 2), item("prp_9", 1), item("prp_1002", 4), item("prp_1003", 3)))
		time.Sleep(time.Minute)
		r := c.get(warned)
		if r.tasks("bulkActivationStatus", "activatePropertyVersions", "taskStatus") != "COMPLETE SUBMISSION_ERROR" ||
			r.count("activatePropertyVersions", 0, "activationWarnings") != 2 || r.value("activatePropertyVersions", 0, "numberOfWarningsFromActivation") != 2.0 {
			t.Errorf("warnings: %s", r.body)
		}
		if got := c.get(nobody).text("activatePropertyVersions", 0, "fatalError"); got != "activation requires a valid notifyEmail" {
			t.Errorf("nobody to notify: %q", got)
		}
		r = c.get(mixed)
		if got, want := r.tasks("bulkActivationStatus", "activatePropertyVersions", "taskStatus"), "COMPLETE SUBMISSION_ERROR SUBMISSION_ERROR COMPLETE SUBMISSION_ERROR"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if r.count("activatePropertyVersions", 0, "activationErrors") != 1 || r.text("activatePropertyVersions", 1, "fatalError") == "" ||
			!strings.Contains(r.text("activatePropertyVersions", 3, "fatalError"), "activations of this day") {
			t.Errorf("%s", r.body)
		}
	})
}

func TestBulkRequestCanBeInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{BulkItems: 1})
		path := c.bulk("activations", activations(item("prp_1002", 4), item("prp_1003", 3)))
		time.Sleep(time.Minute)
		if got := c.get(path).tasks("bulkActivationStatus", "activatePropertyVersions", "taskStatus"); got != "COMPLETE COMPLETE INTERRUPTED" {
			t.Error(got)
		}
		if all := c.sim.Activations("1003"); all[len(all)-1].Note == "bulk" {
			t.Error("an interrupted item was submitted")
		}
	})
}

func TestBulkVersionsAndPatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{})
		versions := c.bulk("property-version-creations", `{"createPropertyVersions":[{"propertyId":"prp_1001","createFromVersion":7},{"propertyId":"1002","createFromVersion":9}]}`)
		time.Sleep(time.Minute)
		r := c.get(versions)
		if got := r.tasks("bulkCreateVersionsStatus", "createPropertyVersions", "createVersionStatus"); got != "COMPLETE COMPLETE SUBMISSION_ERROR" {
			t.Error(got)
		}
		if idOf(r.text("createPropertyVersions", 0, "propertyVersionLink")) != "9" {
			t.Errorf("%s", r.body)
		}
		patches := c.bulk("rules-patch-requests", `{"patchPropertyVersions":[`+
			`{"propertyId":"prp_1001","propertyVersion":9,"patches":[{"op":"replace","path":"/rules/behaviors/0/options/hostname","value":"new.example.com"}]},`+
			`{"propertyId":"prp_1001","propertyVersion":9,"patches":[{"op":"remove","path":"/rules/behaviors/0"}]},`+
			`{"propertyId":"prp_1001","propertyVersion":7,"patches":[{"op":"remove","path":"/rules/behaviors/0"}]},`+
			`{"propertyId":"prp_1001","propertyVersion":9,"etag":"x","patches":[{"op":"remove","path":"/rules/behaviors/0"}]}]}`)
		time.Sleep(time.Minute)
		r = c.get(patches)
		if got := r.tasks("bulkPatchStatus", "patchPropertyVersions", "patchPropertyVersionStatus"); got != "COMPLETE COMPLETE COMPLETE SUBMISSION_ERROR SUBMISSION_ERROR" {
			t.Errorf("%s: %s", got, r.body)
		}
		if got := r.text("patchPropertyVersions", 1, "papiErrors", 0, "type"); !strings.HasSuffix(got, "missing-origin") {
			t.Errorf("an origin that was taken away: %s", r.body)
		}
	})
}

func TestBulkSearchFindsPlacesInRules(t *testing.T) {
	c := newClient(t, simulator.Options{Properties: []simulator.Property{{
		ID: "prp_1", Name: "one", Versions: []simulator.Version{{RuleTree: []byte(`{"name":"default","options":{"is_secure":true},` +
			`"behaviors":[{"name":"origin","options":{"hostname":"old.example.com","port":80}}],` +
			`"children":[{"name":"a/b","behaviors":[{"name":"caching","options":{"ttl":"1d","types":["mp3","mp4"]}}],"children":[]}]}`)}},
	}, {ID: "prp_2", Name: "two", Versions: []simulator.Version{{}}}}, Includes: []simulator.Include{}})
	for match, want := range map[string]string{
		`$..behaviors[?(@.name == "origin")]`:                              "/rules/behaviors/0|/rules/behaviors/0",
		`$..behaviors[?(@.name == 'caching' && "mp3" in @.options.types)]`: "/rules/children/0/behaviors/0",
		`$..behaviors[?("mp5" nin @.options.types)].options.ttl`:           "/rules/children/0/behaviors/0/options/ttl",
		`$..options[?(@ == "old.example.com")]`:                            "/rules/behaviors/0/options/hostname",
		`$.rules.behaviors[0].options['port']`:                             "/rules/behaviors/0/options/port",
		`$..[?(@.options.port < 100 || @.options.port > 1000)]`:            "/rules/behaviors/0",
		`$..behaviors[?(@.options.hostname =~ /^old\./)].name`:             "/rules/behaviors/0/name",
		`$.children[*].behaviors[-1].options.types[?(!(@ == "mp4"))]`:      "/rules/children/0/behaviors/0/options/types/0",
		`$..nothing`: "",
		`$.behaviors[?(@.options.port >= 80 && @.options.port != 81)].options`: "/rules/behaviors/0/options",
	} {
		body := fmt.Sprintf(`{"bulkSearchQuery":{"syntax":"JSONPATH","match":%q}}`, match)
		r := c.do(http.MethodPost, "/bulk/rules-search-requests-synch", body).want(http.StatusAccepted)
		var places []string
		for i := range r.count("results") {
			for j := range r.count("results", i, "matchLocations") {
				places = append(places, r.text("results", i, "matchLocations", j))
			}
		}
		if diff := cmp.Diff(want, strings.Join(places, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", match, diff)
		}
	}
	qualified := `{"bulkSearchQuery":{"syntax":"JSONPATH","match":"$..behaviors[?(@.name == \"origin\")]","bulkSearchQualifiers":["$.children[0]"]}}`
	if n := c.do(http.MethodPost, "/bulk/rules-search-requests-synch", qualified).count("results"); n != 1 {
		t.Errorf("%d results with a qualifier, want 1", n)
	}
	for _, match := range []string{"", "behaviors", "$..", "$[", "$[?(@.a ==)]", "$[?(@.a", "$.a b", "$[?(@.a =~ /(/)]", "$[?]", "$[x]"} {
		body := fmt.Sprintf(`{"bulkSearchQuery":{"syntax":"JSONPATH","match":%q}}`, match)
		if r := c.do(http.MethodPost, "/bulk/rules-search-requests", body); r.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", match, r.status)
		}
	}
}

func TestBulkBodiesThatAreNoneAreRefused(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for family, bodies := range map[string][]string{
		"activations":                {`{}`, `[]`, activations(), activations(`{"propertyId":"prp_1","propertyVersion":0,"network":"STAGING"}`), activations(`{"x":1}`)},
		"property-version-creations": {`{}`, `{"createPropertyVersions":[{"propertyId":"prp_1"}]}`},
		"rules-patch-requests":       {`{}`, `{"patchPropertyVersions":[{"propertyId":"prp_1","propertyVersion":1,"patches":[]}]}`},
		"rules-search-requests":      {`{}`, `{"bulkSearchQuery":{"syntax":"XPATH","match":"$"}}`},
	} {
		for _, body := range bodies {
			c.do(http.MethodPost, "/bulk/"+family, body).rejected(http.StatusBadRequest, "json-schema-invalid")
		}
		c.get("/bulk/" + family + "/1").want(http.StatusNotFound)
	}
}
