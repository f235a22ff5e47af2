package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

func TestSearchFindsActiveAndLatestVersions(t *testing.T) {
	tests := map[string]struct {
		body string
		want []string
	}{
		"by name":                           {`{"propertyName":"www.example.com"}`, []string{"prp_1001 7 ACTIVE ACTIVE", "prp_1001 8 INACTIVE INACTIVE"}},
		"by a hostname":                     {`{"hostname":"shop.example.com"}`, []string{"prp_1003 2 ACTIVE ACTIVE"}},
		"by a hostname in capitals":         {`{"hostname":"SHOP.example.com"}`, []string{"prp_1003 2 ACTIVE ACTIVE"}},
		"by an edge hostname":               {`{"edgeHostname":"shop.example.com.edgekey.net"}`, []string{"prp_1003 2 ACTIVE ACTIVE"}},
		"a hostname that is active nowhere": {`{"hostname":"new.example.com"}`, nil},
		"a hostname of a version to come":   {`{"hostname":"de.slow.example.com"}`, nil},
		"a name that does not exist":        {`{"propertyName":"nothing"}`, nil},
		"a property never activated":        {`{"propertyName":"new.example.com"}`, []string{"prp_1008 1 INACTIVE INACTIVE"}},
	}
	c := newClient(t, simulator.Options{})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := c.do(http.MethodPost, "/search/find-by-value", tt.body).want(http.StatusOK)
			var got []string
			for i := range r.count("versions", "items") {
				item := func(name string) any { return r.value("versions", "items", i, name) }
				got = append(got, fmt.Sprint(item("propertyId"), " ", item("propertyVersion"), " ", item("stagingStatus"), " ", item("productionStatus")))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, body := range []string{`{}`, `{"propertyName":"a","hostname":"b"}`, `{"name":"a"}`, `[]`, `{"propertyName":1}`} {
		c.do(http.MethodPost, "/search/find-by-value", body).rejected(http.StatusBadRequest, "json-schema-invalid")
	}
}

func TestVersionsArePagedFromTheNewest(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for query, want := range map[string]string{
		"": "[8 7 6 5 4 3 2 1]", "?limit=2": "[8 7]", "?offset=1&limit=2": "[7 6]", "?offset=7": "[1]", "?offset=9": "[]",
	} {
		r := c.get("/properties/prp_1001/versions" + query).want(http.StatusOK)
		got := []any{}
		for i := range r.count("versions", "items") {
			got = append(got, r.value("versions", "items", i, "propertyVersion"))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%q: %v, want %s", query, got, want)
		}
	}
	c.get("/properties/prp_1001/versions?limit=0").want(http.StatusBadRequest)
	c.get("/properties/prp_1001/versions?offset=x").want(http.StatusBadRequest)
}

func TestLatestVersionIsARedirect(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for query, version := range map[string]string{"": "8", "?activatedOn=STAGING": "7", "?activatedOn=PRODUCTION": "7"} {
		r := c.get("/properties/1001/versions/latest" + query).want(http.StatusFound)
		want := "/papi/v0/properties/prp_1001/versions/" + version + "?contractId=ctr_C-SIM1&groupId=grp_10001"
		if r.text("versionLink") != want || r.header.Get("Location") != want {
			t.Errorf("%q: %s, Location %s", query, r.body, r.header.Get("Location"))
		}
		followed := c.send(c.request(http.MethodGet, want, "")).want(http.StatusOK)
		if got := fmt.Sprint(followed.value("versions", "items", 0, "propertyVersion")); got != version {
			t.Errorf("the link leads to version %s", got)
		}
	}
	c.get("/properties/prp_1008/versions/latest?activatedOn=STAGING").rejected(http.StatusNotFound, "http/not-found")
	c.get("/properties/prp_1001/versions/latest?activatedOn=BOTH").want(http.StatusBadRequest)
}

func TestRulesShowErrorsAndWarnings(t *testing.T) {
	c := newClient(t, simulator.Options{})
	tests := map[string]struct{ errors, warnings int }{
		"/properties/prp_1001/versions/8/rules":                     {0, 2},
		"/properties/prp_1001/versions/8/rules?validateMode=fast":   {0, 2},
		"/properties/prp_1001/versions/8/rules?validateRules=false": {0, 0},
		"/properties/prp_1001/versions/7/rules":                     {0, 0},
		"/properties/prp_1004/versions/2/rules":                     {1, 0},
	}
	for path, want := range tests {
		r := c.get(path).want(http.StatusOK)
		if errors, warnings := r.count("errors"), r.count("warnings"); errors != want.errors || warnings != want.warnings {
			t.Errorf("%s: %d errors, %d warnings; want %+v", path, errors, warnings, want)
		}
		if etag := r.header.Get("ETag"); etag != `"`+r.text("etag")+`"` || len(etag) < 10 {
			t.Errorf("%s: ETag %s, etag %s", path, etag, r.text("etag"))
		}
	}
	c.get("/properties/prp_1001/versions/8/rules?validateMode=slow").want(http.StatusBadRequest)
	c.get("/properties/prp_1001/versions/99/rules").rejected(http.StatusNotFound, "http/not-found")
	c.get("/properties/prp_1001/versions/x/rules").want(http.StatusBadRequest)
}

func TestHostnamesAreCountedAgainstTheirLimit(t *testing.T) {
	c := newClient(t, simulator.Options{})
	r := c.get("/properties/prp_1005/versions/2/hostnames").want(http.StatusOK)
	if n := r.count("hostnames", "items"); n != 13 {
		t.Errorf("%d hostnames, want 13", n)
	}
	if limit, remaining := r.header.Get("X-Limit-Hosts-Per-Property-Limit"), r.header.Get("X-Limit-Hosts-Per-Property-Remaining"); limit != "1000" || remaining != "987" {
		t.Errorf("limit %s, remaining %s", limit, remaining)
	}
	if got := r.text("hostnames", "items", 1, "cnameTo"); got != "ar.slow.example.com.edgekey.net" {
		t.Errorf("cnameTo %q", got)
	}
}

func TestIDsCarryPrefixesUnlessTheClientWantsNone(t *testing.T) {
	prefixes := []string{`"prp_`, `"atv_`, `"ctr_`, `"grp_`, `"act_`, `"aid_`, `"ehn_`, `=ctr_`, `=grp_`, `/atv_`, `/prp_`}
	for _, use := range []string{"", "true", "false"} {
		c := newClient(t, simulator.Options{})
		c.header = http.Header{"Papi-Use-Prefixes": {use}}
		var all strings.Builder
		for _, path := range []string{"/properties/1001", "/properties/1001/activations", "/properties/1001/versions/7/hostnames", "/contracts", "/properties/prp_1001/versions/latest"} {
			all.WriteString(c.get(path + "?contractId=C-SIM1&groupId=10001").body)
		}
		all.WriteString(c.submit("1001", 8, simulator.Staging, "").body)
		for _, prefix := range prefixes {
			if has := strings.Contains(all.String(), prefix); has != (use != "false") {
				t.Errorf("PAPI-Use-Prefixes %q: answers with %s: %v", use, prefix, has)
			}
		}
	}
	c := newClient(t, simulator.Options{})
	c.header = http.Header{"Papi-Use-Prefixes": {"yes"}}
	c.get("/contracts").want(http.StatusBadRequest)
}

func TestRequestsThatFitNoRoute(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for _, path := range []string{"/", "/builds", "/properties//activations", "/properties/prp_1001/x", "/properties/prp_1001/activations/a/b", "/properties/prp_1001/versions/1/x", "/properties/prp_9"} {
		c.get(path).rejected(http.StatusNotFound, "http/not-found")
	}
	c.send(c.request(http.MethodGet, "/papi/v2/build", "")).rejected(http.StatusNotFound, "http/not-found")
	c.get("/properties/prp_1001/activations/atv_1").rejected(http.StatusNotFound, "http/not-found")
	r := c.do(http.MethodPut, "/properties/prp_1001/activations", "").rejected(http.StatusMethodNotAllowed, "http/method-not-allowed")
	if got := r.header.Get("Allow"); got != "GET, POST" {
		t.Errorf("Allow %q", got)
	}
	plain := c.request(http.MethodPost, "/papi/v1/search/find-by-value", "{}")
	plain.Header.Set("Content-Type", "text/plain")
	c.send(plain).rejected(http.StatusUnsupportedMediaType, "http/unsupported-media-type")
	c.do(http.MethodGet, "/build", "{}").rejected(http.StatusBadRequest, "http/bad-request")
}
