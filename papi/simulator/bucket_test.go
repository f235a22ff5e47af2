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

const (
	bucket = "/properties/prp_1010"
	owner  = "?contractId=ctr_C-SIM1&groupId=grp_10001"
)

func (c *client) bucketBody(network, name, more string) string {
	return fmt.Sprintf(`{"network":%q,"add":[{"cnameFrom":%q,"edgeHostnameId":%q,"cnameType":"EDGE_HOSTNAME","certProvisioningType":"CPS_MANAGED"}]%s}`,
		network, name, c.sim.EdgeHostnameID("bucket.example.com.edgekey.net"), more)
}

func TestBucketServesWhatItsActivationsBring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute)})
		if got := c.get(bucket).text("properties", "items", 0, "propertyType"); got != "HOSTNAME_BUCKET" {
			t.Errorf("propertyType %q", got)
		}
		found := func(value string) int {
			return c.do(http.MethodPost, "/search/find-by-value", fmt.Sprintf(`{"hostname":%q}`, value)).want(http.StatusOK).count("versions", "items")
		}
		r := c.do(http.MethodPatch, bucket+"/hostnames", c.bucketBody("STAGING", "New.example.com", `,"remove":["two.bucket.example.com"]`)).want(http.StatusCreated)
		path := bucket + "/hostname-activations/" + r.text("activationId") + owner
		if !strings.HasSuffix(r.text("activationLink"), strings.TrimPrefix(path, bucket)) {
			t.Errorf("link %s", r.text("activationLink"))
		}
		pending := c.get(path)
		if got := pending.value("hostnameActivations", "items", 0, "status"); got != "PENDING" || pending.header.Get("Retry-After") != "600" {
			t.Errorf("pending: %v %v", got, pending.header)
		}
		if found("new.example.com") != 0 || found("two.bucket.example.com") != 1 {
			t.Error("the change took effect before it was active")
		}
		time.Sleep(time.Minute)
		if found("new.example.com") != 1 || found("two.bucket.example.com") != 0 || found("one.bucket.example.com") != 1 {
			t.Error("the change took no effect")
		}
		c.do(http.MethodPatch, bucket+"/hostnames", `{"network":"STAGING","remove":["new.example.com"]}`).want(http.StatusCreated)
		time.Sleep(time.Minute)
		if got := c.get(path).value("hostnameActivations", "items", 0, "status"); got != "INACTIVE" {
			t.Errorf("after the next change: %v", got)
		}
	})
}

func TestBucketRefusals(t *testing.T) {
	c := newClient(t, simulator.Options{})
	before := len(c.sim.HostnameActivations("1010"))
	many := `{"network":"STAGING","remove":[` + strings.Repeat(`"a.example.com",`, 1000) + `"b.example.com"]}`
	for body, want := range map[string]int{
		many: 413, `{}`: 400, `{"network":"STAGING"}`: 400, `{"network":"BOTH","remove":["a.example.com"]}`: 400,
		`{"network":"STAGING","remove":["a.example.com"],"notifyEmails":[]}`:                                                                                               400,
		`{"network":"STAGING","remove":["a.example.com"],"notifyEmails":["x"]}`:                                                                                            400,
		`{"network":"STAGING","add":[{"cnameFrom":"a.example.com","cnameTo":"www.example.com.edgekey.net","cnameType":"EDGE_HOSTNAME","certProvisioningType":"DEFAULT"}]}`: 400,
		`{"network":"STAGING","add":[{"cnameFrom":"a.example.com","edgeHostnameId":"ehn_9","cnameType":"EDGE_HOSTNAME","certProvisioningType":"DEFAULT"}]}`:                400,
	} {
		c.do(http.MethodPatch, bucket+"/hostnames", body).want(want)
	}
	c.do(http.MethodPatch, "/properties/prp_1001/hostnames", c.bucketBody("STAGING", "a.example.com", "")).rejected(http.StatusForbidden, "http/forbidden")
	c.get(bucket+"/hostname-activations/atv_1").rejected(http.StatusBadRequest, "http/bad-request")
	c.get(bucket+"/hostname-activations/atv_1"+owner).rejected(http.StatusNotFound, "http/not-found")
	if after := len(c.sim.HostnameActivations("1010")); after != before {
		t.Errorf("%d changes after, %d before", after, before)
	}
}

func TestBucketAndVersionsWaitForEachOther(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)})
	id := c.sim.AddHostnameActivation("1010", simulator.HostnameActivation{Activation: simulator.Activation{Network: simulator.Staging}})
	c.do(http.MethodPatch, bucket+"/hostnames", c.bucketBody("PRODUCTION", "a.example.com", "")).rejected(http.StatusConflict, "resource-busy")
	c.submit("prp_1010", 1, simulator.Staging, `,"activationType":"DEACTIVATE"`).rejected(http.StatusConflict, "resource-busy")
	c.sim.SetStatus("1010", id, simulator.StatusFailed, "")
	c.activate("prp_1010", 1, simulator.Staging, `,"activationType":"DEACTIVATE"`)
	c.do(http.MethodPatch, bucket+"/hostnames", c.bucketBody("PRODUCTION", "a.example.com", "")).rejected(http.StatusConflict, "resource-busy")
	if all := c.sim.HostnameActivations("1010"); len(all) != 1 || all[0].ID != id || all[0].Status != simulator.StatusFailed {
		t.Errorf("changes %+v", all)
	}
}

func TestHostnamesArePaged(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for query, want := range map[string]string{
		"": "[one three two]", "?network=PRODUCTION": "[one]", "?limit=2": "[one three] next", "?limit=2&offset=2": "[two] previous",
		"?sort=hostname:d&limit=1": "[two] next", "?hostname=two.bucket.example.com": "[two]", "?offset=9": "[] previous", "?cnameTo=nowhere.example.net": "[]",
	} {
		r := c.get(bucket + "/hostnames" + query).want(http.StatusOK)
		names := []string{}
		for i := range r.count("hostnames", "items") {
			names = append(names, strings.TrimSuffix(r.text("hostnames", "items", i, "cnameFrom"), ".bucket.example.com"))
		}
		got := fmt.Sprint(names)
		if r.text("hostnames", "nextLink") != "" {
			got += " next"
		}
		if r.text("hostnames", "previousLink") != "" {
			got += " previous"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	if got := c.get("/properties/prp_1001/hostnames").text("hostnames", "items", 0, "productionCnameTo"); got != "www.example.com.edgekey.net" {
		t.Errorf("of a property without a bucket: %q", got)
	}
	for _, query := range []string{"?limit=0", "?offset=x", "?network=BOTH", "?sort=x"} {
		c.get(bucket + "/hostnames" + query).want(http.StatusBadRequest)
	}
}
