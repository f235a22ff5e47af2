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

const ofPair = "?contractId=ctr_C-SIM1&groupId=grp_10001"

func TestPropertyIsMadeUsedAndDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute)})
		code := idOf(c.do(http.MethodPost, "/cpcodes"+ofPair, `{"cpcodeName":"shop","productId":"prd_Fresca"}`).want(http.StatusCreated).text("cpcodeLink"))
		if got := c.get("/cpcodes/"+code+ofPair).text("cpcodes", "items", 0, "cpcodeName"); got != "shop" {
			t.Errorf("CP code %q", got)
		}
		edge := c.do(http.MethodPost, "/edgehostnames"+ofPair, `{"productId":"prd_Fresca","domainPrefix":"made.example.com","domainSuffix":"edgesuite.net","ipVersionBehavior":"IPV4"}`).want(http.StatusCreated)
		if got := c.get("/edgehostnames/"+idOf(edge.text("edgeHostnameLink"))+ofPair).text("edgeHostnames", "items", 0, "edgeHostnameDomain"); got != "made.example.com.edgesuite.net" {
			t.Errorf("edge hostname %q", got)
		}
		made := c.do(http.MethodPost, "/properties"+ofPair, `{"propertyName":"made.example.com","productId":"prd_SPM","ruleFormat":"v2023-01-05"}`).want(http.StatusCreated)
		property := "/properties/" + idOf(made.text("propertyLink"))
		version := property + "/versions/1"
		if r := c.get(version); r.text("versions", "items", 0, "productId") != "prd_SPM" || r.text("versions", "items", 0, "ruleFormat") != "v2023-01-05" {
			t.Errorf("%s", r.body)
		}
		c.do(http.MethodPut, version+"/rules", ruleTree(originBehavior+fmt.Sprintf(`,{"name":"cpCode","options":{"value":{"id":%s}}}`, strings.TrimPrefix(code, "cpc_")))).want(http.StatusOK)
		c.do(http.MethodPut, version+"/hostnames", `[{"cnameFrom":"made.example.com","cnameTo":"made.example.com.edgesuite.net","cnameType":"EDGE_HOSTNAME","certProvisioningType":"CPS_MANAGED"}]`).want(http.StatusOK)
		c.activate(idOf(property), 1, simulator.Staging, "")
		c.do(http.MethodDelete, property, "").rejected(http.StatusInternalServerError, "active-version")
		time.Sleep(time.Minute)
		found := c.do(http.MethodPost, "/search/find-by-value", `{"hostname":"made.example.com"}`)
		if found.count("versions", "items") != 1 {
			t.Errorf("%s", found.body)
		}
		if got := c.get("/hostnames/made.example.com/audit-history").text("history", "items", 0, "action"); got != "ACTIVATE" {
			t.Errorf("audit history: %q", got)
		}
		c.submit(idOf(property), 1, simulator.Staging, `,"activationType":"DEACTIVATE"`).want(http.StatusCreated)
		time.Sleep(time.Minute)
		c.do(http.MethodDelete, property, "").want(http.StatusOK)
		c.get(property).want(http.StatusNotFound)
		c.do(http.MethodDelete, property, "").want(http.StatusNotFound)
		c.do(http.MethodPost, "/properties"+ofPair, `{"propertyName":"made.example.com","productId":"prd_SPM"}`).want(http.StatusCreated)
	})
}

func TestPropertiesThatCannotBeMade(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for body, want := range map[string]int{
		`{"propertyName":"www.example.com","productId":"prd_Fresca"}`: 400, `{"propertyName":"","productId":"prd_Fresca"}`: 400,
		`{"propertyName":"a b","productId":"prd_Fresca"}`: 400, `{"propertyName":"a"}`: 400, `{"propertyName":"a","productId":"prd_None"}`: 403,
		`{"propertyName":"a","productId":"prd_Fresca","ruleFormat":"v1"}`:                                                            400,
		`{"propertyName":"a","productId":"prd_Fresca","cloneFrom":{"propertyId":"prp_9","version":1}}`:                               404,
		`{"propertyName":"a","productId":"prd_Fresca","cloneFrom":{"propertyId":"prp_1001","version":9}}`:                            404,
		`{"propertyName":"a","productId":"prd_Fresca","cloneFrom":{"propertyId":"prp_1001","version":8,"cloneFromVersionEtag":"x"}}`: 412,
		`{"propertyName":"a","productId":"prd_Fresca","nonsense":1}`:                                                                 400,
	} {
		c.do(http.MethodPost, "/properties"+ofPair, body).want(want)
	}
	c.do(http.MethodPost, "/properties?contractId=ctr_C-SIM1", `{}`).want(http.StatusBadRequest)
	c.do(http.MethodPost, "/properties?contractId=ctr_C-SIM1&groupId=grp_10002", `{}`).want(http.StatusNotFound)
}

func TestCloneHasRulesAndIfWantedHostnames(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for hostnames, want := range map[bool]int{true: 1, false: 0} {
		body := fmt.Sprintf(`{"propertyName":"clone-%v","productId":"prd_Fresca","cloneFrom":{"propertyId":"1004","version":2,"copyHostnames":%v}}`, hostnames, hostnames)
		version := "/properties/" + idOf(c.do(http.MethodPost, "/properties"+ofPair, body).want(http.StatusCreated).text("propertyLink")) + "/versions/1"
		if n := c.get(version+"/hostnames").count("hostnames", "items"); n != want {
			t.Errorf("%d hostnames, want %d", n, want)
		}
		if n := c.get(version + "/rules").count("errors"); n != 1 {
			t.Errorf("%d errors, want the one of what it was made of", n)
		}
	}
}

func TestClientSettingsDecideWhatRequestsDoNotSay(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.do(http.MethodPut, "/client-settings", `{"ruleFormat":"v2023-01-05","usePrefixes":false}`).want(http.StatusOK)
	if got := c.get("/contracts").text("contracts", "items", 0, "contractId"); got != "C-SIM1" {
		t.Errorf("contract %q", got)
	}
	c.header.Set("PAPI-Use-Prefixes", "true")
	if got := c.get("/contracts").text("contracts", "items", 0, "contractId"); got != "ctr_C-SIM1" {
		t.Errorf("contract %q with the header", got)
	}
	made := c.do(http.MethodPost, "/properties"+ofPair, `{"propertyName":"made","productId":"prd_Fresca"}`).want(http.StatusCreated)
	if got := c.get("/properties/" + idOf(made.text("propertyLink")) + "/versions/1/rules").text("ruleFormat"); got != "v2023-01-05" {
		t.Errorf("rule format %q", got)
	}
	if r := c.do(http.MethodPut, "/client-settings", `{"ruleFormat":"latest"}`).want(http.StatusOK); r.value("usePrefixes") != false {
		t.Errorf("what was not sent has changed: %s", r.body)
	}
	c.do(http.MethodPut, "/client-settings", `{"usePrefixes":"yes"}`).want(http.StatusBadRequest)
}

func TestASlashAtTheEndMakesNoDifference(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for _, path := range []string{"/build", "/properties/prp_1001", "/properties/prp_1001/activations", "/includes/inc_2001/versions/1"} {
		if slash, plain := c.get(path+"/").want(http.StatusOK), c.get(path); slash.body != plain.body {
			t.Errorf("%s: %s", path, slash.body)
		}
	}
	r := c.get("/properties/prp_1009/activations/").want(http.StatusFound)
	if got := r.header.Get("Location"); !strings.HasPrefix(got, "/papi/v1/properties/prp_1009/activations") {
		t.Errorf("redirect to %s", got)
	}
}

func TestIncludeActivationHasItsIDUnderBothNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{})
		r := c.do(http.MethodPost, "/includes/inc_2001/activations", includeBody(3, "")).want(http.StatusCreated)
		time.Sleep(time.Minute)
		for _, path := range []string{"/includes/inc_2001/activations", "/includes/inc_2001/activations/" + idOf(r.text("activationLink"))} {
			r := c.get(path)
			if id := r.item("activationId"); id == nil || id != r.item("includeActivationId") {
				t.Errorf("%s: %s", path, r.body)
			}
		}
	})
}

func TestHostnamesOfTheAccountAndTheirDifferences(t *testing.T) {
	c := newClient(t, simulator.Options{})
	r := c.get("/hostnames?network=PRODUCTION&limit=3")
	if r.count("hostnames", "items") != 3 || r.text("hostnames", "nextLink") == "" || r.text("hostnames", "items", 0, "cnameFrom") != "api.example.com" {
		t.Errorf("%s", r.body)
	}
	last := c.get("/hostnames?sort=hostname:d&limit=1")
	if last.text("hostnames", "items", 0, "cnameFrom") != "www.example.com" {
		t.Errorf("%s", last.body)
	}
	if n := c.get("/hostnames?groupId=10002&contractId=C-SIM2").count("hostnames", "items"); n != 1 {
		t.Errorf("%d hostnames in the other contract", n)
	}
	diff := c.get("/properties/prp_1010/hostnames/diff")
	if diff.count("hostnames", "items") != 2 || diff.text("hostnames", "items", 0, "cnameFrom") != "three.bucket.example.com" {
		t.Errorf("%s", diff.body)
	}
	for _, path := range []string{"/hostnames?sort=x", "/hostnames?network=x", "/hostnames?limit=0", "/properties/prp_1010/hostnames/diff?offset=x"} {
		c.get(path).want(http.StatusBadRequest)
	}
}

func TestCPCodeIsRenamedByItsOwnAPI(t *testing.T) {
	c := newClient(t, simulator.Options{})
	path := "/cprg/v1/cpcodes/10001"
	body := `{"cpcodeId":10001,"cpcodeName":"renamed","contracts":[{"contractId":"C-SIM1"}],"products":[{"productId":"Fresca"}]}`
	if got := c.send(c.request(http.MethodPut, path, body)).want(http.StatusOK).text("cpcodeName"); got != "renamed" {
		t.Errorf("name %q", got)
	}
	if got := c.send(c.request(http.MethodGet, path, "")).want(http.StatusOK).text("cpcodeName"); got != "renamed" {
		t.Errorf("name %q", got)
	}
	c.send(c.request(http.MethodPut, path, strings.Replace(body, "10001", "9", 1))).want(http.StatusBadRequest)
	c.send(c.request(http.MethodGet, "/cprg/v1/cpcodes/9", "")).want(http.StatusNotFound)
}

// What the document does not know answers without prefixes, too.
func TestExternalResourcesHaveNoPrefixesWhereNoneAreWanted(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.header.Set("PAPI-Use-Prefixes", "false")
	r := c.get("/properties/1001/versions/8/external-resources").want(http.StatusOK)
	if r.text("externalResources", "include", "2001", "id") != "2001" || strings.Contains(r.body, "prd_") {
		t.Errorf("%s", r.body)
	}
	r = c.do(http.MethodPost, "/domain-challenges?refreshToken=false", `{"hostnames":["www.example.com"]}`).want(http.StatusOK)
	if r.text("accountId") != "A-SIM1" || r.text("hostnames", 0, "hostname") != "www.example.com" {
		t.Errorf("%s", r.body)
	}
	c.do(http.MethodPost, "/domain-challenges", `{}`).want(http.StatusBadRequest)
}

func TestEdgeHostnameIsChangedAndDeletedByItsOwnAPI(t *testing.T) {
	c := newClient(t, simulator.Options{})
	ask := func(method, path, body string) reply { return c.send(c.request(method, "/hapi/v1"+path, body)) }
	made := c.do(http.MethodPost, "/edgehostnames"+ofPair, `{"productId":"prd_Fresca","domainPrefix":"made.example.com","domainSuffix":"edgesuite.net","ipVersionBehavior":"IPV4"}`).want(http.StatusCreated)
	id := strings.TrimPrefix(idOf(made.text("edgeHostnameLink")), "ehn_")
	const record = "/dns-zones/edgesuite.net/edge-hostnames/made.example.com"
	if r := ask(http.MethodGet, "/edge-hostnames/"+id, "").want(http.StatusOK); r.text("recordName") != "made.example.com" || r.value("useDefaultTtl") != true {
		t.Errorf("%s", r.body)
	}
	c.header.Set("Content-Type", "application/json-patch+json")
	ask(http.MethodPatch, record, `[{"op":"replace","path":"/ttl","value":"300"},{"op":"replace","path":"/ipVersionBehavior","value":"IPV6_IPV4_DUALSTACK"}]`).want(http.StatusAccepted)
	ask(http.MethodPatch, record, `[{"op":"replace","path":"/dnsZone","value":"x"}]`).want(http.StatusBadRequest)
	c.header.Del("Content-Type")
	if r := ask(http.MethodGet, "/edge-hostnames/"+id, ""); r.value("ttl") != 300.0 || r.text("ipVersionBehavior") != "IPV6_COMPLIANCE" {
		t.Errorf("%s", r.body)
	}
	gone := ask(http.MethodDelete, record, "").want(http.StatusAccepted)
	if got := ask(http.MethodGet, fmt.Sprintf("/change-requests/%v", gone.value("changeId")), "").text("status"); got != "SUCCEEDED" {
		t.Errorf("status %q", got)
	}
	ask(http.MethodDelete, record, "").want(http.StatusNotFound)
	c.get("/edgehostnames/" + id + ofPair).want(http.StatusNotFound)
	c.get("/edgehostnames" + ofPair).want(http.StatusOK)
	ask(http.MethodDelete, "/dns-zones/edgekey.net/edge-hostnames/www.example.com", "").rejected(http.StatusConflict, "in-use")
}
