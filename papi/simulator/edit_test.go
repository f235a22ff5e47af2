package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// patch edits the hostnames of a version as it is now.
func (c *client) patch(path, body string) reply {
	c.t.Helper()
	c.header.Set("If-Match", c.get(path).want(http.StatusOK).header.Get("ETag"))
	defer c.header.Del("If-Match")
	return c.do(http.MethodPatch, path, body)
}

// copied creates a version and returns its path.
func (c *client) copied(property string, from int) string {
	c.t.Helper()
	r := c.do(http.MethodPost, "/properties/"+property+"/versions", fmt.Sprintf(`{"createFromVersion":%d}`, from)).want(http.StatusCreated)
	if r.header.Get("Location") != r.text("versionLink") {
		c.t.Errorf("Location %q: %s", r.header.Get("Location"), r.body)
	}
	return "/properties/" + property + "/versions/" + idOf(r.text("versionLink"))
}

func addHost(name, edge string) string {
	return fmt.Sprintf(`{"add":[{"cnameFrom":%q,"cnameTo":%q,"cnameType":"EDGE_HOSTNAME","certProvisioningType":"CPS_MANAGED"}]}`, name, edge)
}

func TestNewVersionHasWhatTheOldOneHad(t *testing.T) {
	c := newClient(t, simulator.Options{})
	path := c.copied("prp_1004", 2)
	if path != "/properties/prp_1004/versions/3" || c.get(path+"/rules").count("errors") != 1 {
		t.Errorf("%s: %s", path, c.get(path+"/rules").body)
	}
	c.patch(path+"/hostnames", addHost("new.example.com", "www.example.com.edgekey.net")).want(http.StatusOK)
	if n := c.get("/properties/prp_1004/versions/2/hostnames").count("hostnames", "items"); n != 1 {
		t.Errorf("the edit changed the old version: %d hostnames", n)
	}
	for body, want := range map[string]int{`{}`: 400, `{"createFromVersion":9}`: 404, `{"createFromVersion":2,"createFromVersionEtag":"x"}`: 412, `{"createFromVersion":2,"note":"x"}`: 400} {
		c.do(http.MethodPost, "/properties/prp_1004/versions", body).want(want)
	}
}

func TestHostnameEditNeedsNoETag(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.do(http.MethodPatch, "/properties/prp_1001/versions/8/hostnames", `{"remove":["nothing.example.com"]}`).want(http.StatusOK)
}

func TestAnIDMayBeANumber(t *testing.T) {
	c := newClient(t, simulator.Options{})
	r := c.do(http.MethodPatch, "/properties/prp_1001/versions/8/hostnames", `{"add":[{"cnameFrom":"a.example.com","edgeHostnameId":3002}]}`).want(http.StatusOK)
	if got := r.text("hostnames", "items", 1, "edgeHostnameId"); got != "ehn_3002" {
		t.Errorf("edge hostname %q", got)
	}
}

func TestHostnamesAreTakenAsTheyWereRead(t *testing.T) {
	c := newClient(t, simulator.Options{})
	const path = "/properties/prp_1001/versions/8/hostnames"
	body := `[{"cnameFrom":"a.example.com","cnameTo":"www.example.com.edgekey.net","edgeHostnameId":"ehn_3001","certProvisioningType":"CPS_MANAGED","certStatus":{"validationCname":{}}}]`
	if n := c.do(http.MethodPut, path, body).want(http.StatusOK).count("hostnames", "items"); n != 1 {
		t.Errorf("%d hostnames", n)
	}
}

func TestHostnameEditWithAnETagNeedsItInQuotes(t *testing.T) {
	c := newClient(t, simulator.Options{})
	const path = "/properties/prp_1001/versions/8/hostnames"
	etag := c.get(path).header.Get("ETag")
	for match, want := range map[string]int{strings.Trim(etag, `"`): 412, `"x"`: 412, etag: 200} {
		c.header.Set("If-Match", match)
		c.do(http.MethodPatch, path, `{"remove":["nothing.example.com"]}`).want(want)
	}
	c.header.Set("If-Match", etag)
	c.do(http.MethodPatch, path, `{"remove":["nothing.example.com"]}`).rejected(http.StatusPreconditionFailed, "etag-conflict")
}

func TestHostnameEditsAreRefusedWithoutAnEffect(t *testing.T) {
	const edge = "www.example.com.edgekey.net"
	many := func(hostnames, certificates int) simulator.Options {
		return simulator.Options{HostnamesPerProperty: hostnames, DefaultCertificates: certificates}
	}
	for name, tt := range map[string]struct {
		options simulator.Options
		body    string
		status  int
		kind    string
	}{
		"no such edge hostname": {simulator.Options{}, addHost("a.example.com", "b.example.net"), http.StatusBadRequest, "bad-cnameto"},
		"no such id":            {simulator.Options{}, `{"add":[{"cnameFrom":"a.example.com","edgeHostnameId":"ehn_9"}]}`, http.StatusBadRequest, "bad-edgehostnameid"},
		"no edge hostname":      {simulator.Options{}, `{"add":[{"cnameFrom":"a.example.com"}]}`, http.StatusBadRequest, "json-schema-invalid"},
		"no hostname":           {simulator.Options{}, addHost("a", edge), http.StatusBadRequest, "json-schema-invalid"},
		"another certificate":   {simulator.Options{}, `{"add":[{"cnameFrom":"a.example.com","cnameTo":"` + edge + `","certProvisioningType":"NONE"}]}`, http.StatusBadRequest, "json-schema-invalid"},
		"another member":        {simulator.Options{}, `{"added":[]}`, http.StatusBadRequest, "json-schema-invalid"},
		"too many hostnames":    {many(1, 0), addHost("a.example.com", edge), http.StatusTooManyRequests, "limit-exceeded"},
		"no certificates":       {many(0, -1), `{"add":[{"cnameFrom":"a.example.com","cnameTo":"` + edge + `","certProvisioningType":"DEFAULT"}]}`, http.StatusTooManyRequests, "limit-exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, tt.options)
			const path = "/properties/prp_1001/versions/8/hostnames"
			before := c.get(path)
			c.patch(path, tt.body).rejected(tt.status, tt.kind)
			if after := c.get(path); after.body != before.body {
				t.Errorf("after: %s", after.body)
			}
		})
	}
	c := newClient(t, simulator.Options{EdgeHostnames: []string{"b.example.net"}})
	c.patch("/properties/prp_1001/versions/8/hostnames", addHost("a.example.com", "b.example.net")).want(http.StatusOK)
	c.patch("/properties/prp_1001/versions/7/hostnames", `{}`).rejected(http.StatusForbidden, "property-version/already-activated")
	c.patch("/properties/prp_1006/versions/3/hostnames", `{}`).rejected(http.StatusConflict, "resource-busy")
	c.patch("/properties/prp_1010/versions/1/hostnames", `{}`).rejected(http.StatusForbidden, "http/forbidden")
}

// TestFastFallbackGoesByTheHostnames holds the window to the second and the hostnames to the edit.
func TestFastFallbackGoesByTheHostnames(t *testing.T) {
	for name, tt := range map[string]struct {
		edit     string // of a copy of version 7; empty for none
		wait     time.Duration
		possible bool
	}{
		"same hostnames":           {wait: time.Hour, possible: true},
		"too late":                 {wait: time.Hour + time.Second},
		"a hostname more":          {edit: addHost("new.example.com", "www.example.com.edgekey.net")},
		"another in place of it":   {edit: strings.TrimSuffix(addHost("new.example.com", "www.example.com.edgekey.net"), "}") + `,"remove":["www.example.com"]}`},
		"removed and added again":  {edit: strings.TrimSuffix(addHost("www.example.com", "www.example.com.edgekey.net"), "}") + `,"remove":["www.example.com"]}`, possible: true},
		"another edge hostname of": {edit: addHost("www.example.com", "api.example.com.edgekey.net"), possible: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute)})
				path := c.copied("prp_1001", 7)
				if tt.edit != "" {
					c.patch(path+"/hostnames", tt.edit).want(http.StatusOK)
				}
				activation := c.activate("prp_1001", 9, simulator.Staging, "")
				time.Sleep(time.Minute)
				if got := c.get(activation).item("fallbackInfo", "canFastFallback"); got != (tt.possible || tt.wait > 0) {
					t.Errorf("canFastFallback %v", got)
				}
				time.Sleep(tt.wait)
				before := len(c.sim.Activations("1001"))
				r := c.submit("prp_1001", 7, simulator.Staging, `,"useFastFallback":true`)
				if tt.possible {
					r.want(http.StatusCreated)
					return
				}
				r.rejected(http.StatusBadRequest, "fast-fallback-not-available")
				if after := len(c.sim.Activations("1001")); after != before || c.get(activation).item("status") != "ACTIVE" {
					t.Errorf("the refusal had an effect: %d activations, %d before", after, before)
				}
				c.activate("prp_1001", 7, simulator.Staging, "")
			})
		})
	}
}

func TestTheFirstActivationHasNoFallback(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
	path := c.activate("prp_1008", 1, simulator.Staging, "")
	if r := c.get(path); r.state() != "ACTIVE steady" || r.item("fallbackInfo") != nil {
		t.Errorf("first activation: %s", r.body)
	}
	c.copied("prp_1008", 1)
	c.submit("prp_1008", 2, simulator.Staging, `,"useFastFallback":true`).rejected(http.StatusBadRequest, "fast-fallback-not-available")
}
