package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
	"github.com/propctl/propctl/papi/simulator/contract"
)

const pair = "contractId=C-SIM1&groupId=10001"

// idOf is the last segment of a link.
func idOf(link string) string {
	path, _, _ := strings.Cut(link, "?")
	return path[strings.LastIndex(path, "/")+1:]
}

// with sends one request with another header.
func (w *walker) with(name, value string, send func()) {
	old := w.header.Get(name)
	w.header.Set(name, value)
	send()
	w.header.Set(name, old)
	if old == "" {
		w.header.Del(name)
	}
}

const (
	tree = `{"rules":{"name":"default","options":{"is_secure":true},"children":[],"behaviors":[` +
		`{"name":"origin","options":{"hostname":"origin.example.com"}},{"name":"cpCode","options":{"value":{"id":10001}}},` +
		`{"name":"include","options":{"id":"2001"}}]}}`
	broken = `{"rules":{"name":"default","children":[],"behaviors":[{"name":"caching","options":{"ttl":"400d"}}]}}`
	patch  = `[{"op":"add","path":"/rules/behaviors/-","value":{"name":"gzipResponse","options":{}}}]`
)

// walkAll asks for everything that the document knows, and for what is not there.
func walkAll(w *walker) {
	walkAccount(w)
	walkProperty(w)
	walkInclude(w)
	walkHostnames(w)
	walkBulk(w)
}

func walkAccount(w *walker) {
	for _, path := range []string{
		"/build", "/contracts", "/groups", "/client-settings", "/rule-formats", "/products?contractId=C-SIM1",
		"/products/prd_Fresca/mapping-use-cases?contractId=C-SIM1", "/cpcodes?" + pair, "/cpcodes/cpc_10001?" + pair,
		"/edgehostnames?" + pair, "/edgehostnames/ehn_3001?" + pair, "/custom-behaviors", "/custom-behaviors/cbe_10001",
		"/custom-overrides", "/custom-overrides/cbo_20001", "/schemas/products/prd_Fresca/latest", "/schemas/request/ActivationV0.json",
		"/includes?" + pair, "/properties?" + pair, "/build/", "/contracts/",
	} {
		w.want(http.StatusOK, http.MethodGet, path, "")
	}
	for _, path := range []string{
		"/products?contractId=C-NONE", "/products/prd_None/mapping-use-cases?contractId=C-SIM1", "/cpcodes?contractId=C-NONE&groupId=1",
		"/cpcodes/cpc_1?" + pair, "/edgehostnames/ehn_1?" + pair, "/custom-behaviors/cbe_1", "/custom-overrides/cbo_1",
		"/schemas/products/prd_None/latest", "/schemas/request/none.json",
	} {
		w.want(http.StatusNotFound, http.MethodGet, path, "")
	}
	w.want(http.StatusOK, http.MethodPut, "/client-settings", `{"ruleFormat":"v2023-01-05","usePrefixes":true}`)
	w.want(http.StatusBadRequest, http.MethodPut, "/client-settings", `{"ruleFormat":"v1999-01-01","usePrefixes":true}`)
	w.want(http.StatusCreated, http.MethodPost, "/cpcodes?"+pair, `{"cpcodeName":"new","productId":"prd_Fresca"}`)
	w.want(http.StatusForbidden, http.MethodPost, "/cpcodes?"+pair, `{"cpcodeName":"new","productId":"prd_None"}`)
	edge := `{"productId":"prd_Fresca","domainPrefix":"made.example.com","domainSuffix":"edgesuite.net","secureNetwork":"STANDARD_TLS","ipVersionBehavior":"IPV4",` +
		`"useCases":[{"useCase":"Download_Mode","option":"BACKGROUND","type":"GLOBAL"}]}`
	made := w.want(http.StatusCreated, http.MethodPost, "/edgehostnames?"+pair, edge)
	w.want(http.StatusOK, http.MethodGet, "/edgehostnames/"+idOf(made)+"?"+pair, "")
	w.want(http.StatusBadRequest, http.MethodPost, "/edgehostnames?"+pair, edge)
	search := `{"propertyName":"www.example.com"}`
	w.want(http.StatusOK, http.MethodPost, "/search/find-by-value", search)
}

func walkProperty(w *walker) {
	made := w.want(http.StatusCreated, http.MethodPost, "/properties?"+pair, `{"propertyName":"made.example.com","productId":"prd_Fresca"}`)
	w.want(http.StatusBadRequest, http.MethodPost, "/properties?"+pair, `{"propertyName":"made.example.com","productId":"prd_Fresca"}`)
	cloned := w.want(http.StatusCreated, http.MethodPost, "/properties?"+pair,
		`{"propertyName":"cloned.example.com","productId":"prd_Fresca","cloneFrom":{"propertyId":"prp_1001","version":8,"copyHostnames":true}}`)
	property := "/properties/" + idOf(made)
	version := property + "/versions/1"
	for _, path := range []string{
		property, property + "/versions", version, version + "/rules", version + "/hostnames", version + "/available-behaviors",
		version + "/available-criteria", version + "/includes",
	} {
		w.want(http.StatusOK, http.MethodGet, path, "")
		w.want(http.StatusNotFound, http.MethodGet, strings.Replace(path, idOf(made), "prp_9", 1), "")
	}
	w.want(http.StatusFound, http.MethodGet, property+"/versions/latest", "")
	w.want(http.StatusNotFound, http.MethodGet, property+"/versions/latest?activatedOn=STAGING", "")
	writeRules(w, property, version)
	w.want(http.StatusOK, http.MethodGet, version+"/includes", "")
	w.with("If-Match", w.etag(version), func() {
		w.want(http.StatusOK, http.MethodPut, version+"/hostnames", `[{"cnameFrom":"made.example.com","cnameTo":"made.example.com.edgesuite.net","cnameType":"EDGE_HOSTNAME","certProvisioningType":"CPS_MANAGED"}]`)
		w.want(http.StatusPreconditionFailed, http.MethodPut, version+"/hostnames", `[]`)
		w.want(http.StatusPreconditionFailed, http.MethodPatch, version+"/hostnames", `{"remove":["x.example.com"]}`)
	})
	w.with("If-Match", w.etag(version), func() {
		w.want(http.StatusOK, http.MethodPatch, version+"/hostnames", `{"remove":["x.example.com"]}`)
	})
	w.want(http.StatusCreated, http.MethodPost, property+"/versions", `{"createFromVersion":1}`)
	w.want(http.StatusNotFound, http.MethodPost, property+"/versions", `{"createFromVersion":9}`)
	w.want(http.StatusOK, http.MethodGet, property+"/activations", "")
	activation := w.want(http.StatusCreated, http.MethodPost, property+"/activations", submission(1, "STAGING", ""))
	w.want(http.StatusInternalServerError, http.MethodDelete, property, "")
	w.want(http.StatusNotFound, http.MethodPost, property+"/activations", submission(9, "STAGING", ""))
	path := property + "/activations/" + idOf(activation)
	w.want(http.StatusOK, http.MethodGet, path, "")
	w.want(http.StatusOK, http.MethodDelete, path, "")
	w.want(http.StatusNotFound, http.MethodGet, property+"/activations/atv_9", "")
	w.want(http.StatusNotFound, http.MethodDelete, property+"/activations/atv_9", "")
	w.want(http.StatusNotFound, http.MethodDelete, "/properties/prp_9", "")
	w.want(http.StatusOK, http.MethodDelete, "/properties/"+idOf(cloned), "")
}

// writeRules writes the rules of a version in all the ways there are.
func writeRules(w *walker, thing, version string) {
	rules := version + "/rules"
	w.with("Accept", "*/*", func() {
		w.want(http.StatusNoContent, http.MethodHead, rules, "")
	})
	w.with("If-Match", w.etag(version), func() {
		w.want(http.StatusOK, http.MethodPut, rules+"?dryRun=true", broken)
		w.want(http.StatusOK, http.MethodPut, rules, strings.Replace(tree, `,{"name":"include","options":{"id":"2001"}}`, includeOf(thing), 1))
		w.want(http.StatusPreconditionFailed, http.MethodPut, rules, broken)
	})
	w.with("Content-Type", "application/json-patch+json", func() {
		w.with("If-Match", w.etag(version), func() {
			w.want(http.StatusOK, http.MethodPatch, rules, patch)
			w.want(http.StatusPreconditionFailed, http.MethodPatch, rules, patch)
		})
	})
	w.want(http.StatusOK, http.MethodGet, rules+"?validateMode=fast", "")
	w.want(http.StatusNotFound, http.MethodGet, strings.Replace(rules, "versions/1", "versions/99", 1), "")
}

// includeOf is an include behavior for what may have one.
func includeOf(thing string) string {
	if strings.HasPrefix(thing, "/includes") {
		return ""
	}
	return `,{"name":"include","options":{"id":"2001"}}`
}

func walkInclude(w *walker) {
	body := `{"includeName":"made","includeType":"MICROSERVICES","productId":"prd_Fresca"}`
	made := w.want(http.StatusCreated, http.MethodPost, "/includes?"+pair, body)
	w.want(http.StatusBadRequest, http.MethodPost, "/includes?"+pair, body)
	cloned := w.want(http.StatusCreated, http.MethodPost, "/includes?"+pair,
		`{"includeName":"cloned","includeType":"COMMON_SETTINGS","productId":"prd_Fresca","cloneFrom":{"includeId":"inc_2001","version":3}}`)
	include := "/includes/" + idOf(made)
	version := include + "/versions/1"
	for _, path := range []string{
		include, include + "/versions", version, version + "/rules", version + "/available-behaviors", version + "/available-criteria",
		include + "/parents", include + "/activations",
	} {
		w.want(http.StatusOK, http.MethodGet, path, "")
		w.want(http.StatusNotFound, http.MethodGet, strings.Replace(path, idOf(made), "inc_9", 1), "")
	}
	w.want(http.StatusOK, http.MethodGet, "/includes/inc_2001/parents", "")
	w.want(http.StatusFound, http.MethodGet, include+"/versions/latest", "")
	w.want(http.StatusNotFound, http.MethodGet, "/includes/inc_9/versions/latest", "")
	writeRules(w, include, version)
	w.want(http.StatusCreated, http.MethodPost, include+"/versions", `{"createFromVersion":1}`)
	w.want(http.StatusNotFound, http.MethodPost, include+"/versions", `{"createFromVersion":9}`)
	submit := `{"includeVersion":%d,"network":"STAGING","notifyEmails":["a@example.com"]}`
	w.want(http.StatusNotFound, http.MethodPost, include+"/activations", fmt.Sprintf(submit, 9))
	activation := include + "/activations/" + idOf(w.want(http.StatusCreated, http.MethodPost, include+"/activations", fmt.Sprintf(submit, 1)))
	w.want(http.StatusNotFound, http.MethodGet, activation, "")
	w.want(http.StatusNotFound, http.MethodDelete, activation, "")
	time.Sleep(10 * time.Second)
	w.want(http.StatusOK, http.MethodGet, activation, "")
	w.want(http.StatusOK, http.MethodDelete, activation, "")
	refused := idOf(w.want(http.StatusCreated, http.MethodPost, "/includes/inc_2002/activations", fmt.Sprintf(submit, 2)))
	time.Sleep(time.Minute)
	w.want(http.StatusOK, http.MethodGet, "/includes/inc_2002/activations/"+refused, "")
	w.want(http.StatusOK, http.MethodGet, "/includes/validation-results/"+refused+"/properties/1001/versions/1", "")
	w.want(http.StatusNotFound, http.MethodGet, "/includes/validation-results/none/properties/1001/versions/1", "")
	w.want(http.StatusOK, http.MethodDelete, "/includes/"+idOf(cloned), "")
	w.want(http.StatusNotFound, http.MethodDelete, "/includes/inc_9", "")
}

func walkHostnames(w *walker) {
	const bucket = "/properties/prp_1010"
	for _, path := range []string{
		bucket + "/hostnames", bucket + "/hostnames/diff", bucket + "/hostname-activations", "/hostnames", "/hostnames?limit=2&offset=1&network=STAGING&sort=hostname:d",
		"/hostnames/www.example.com/audit-history", "/hostnames/one.bucket.example.com/audit-history",
	} {
		w.want(http.StatusOK, http.MethodGet, path, "")
		if strings.HasPrefix(path, bucket) {
			w.want(http.StatusNotFound, http.MethodGet, strings.Replace(path, "1010", "9", 1), "")
		}
	}
	w.want(http.StatusOK, http.MethodPost, "/hostnames/certificate-challenges", `{"cnamesFrom":["www.example.com"]}`)
	w.want(http.StatusCreated, http.MethodPatch, bucket+"/hostnames", `{"network":"STAGING","remove":["one.bucket.example.com"],"notifyEmails":["a@example.com"]}`)
	w.want(http.StatusConflict, http.MethodPatch, bucket+"/hostnames", `{"network":"STAGING","remove":["two.bucket.example.com"],"notifyEmails":["a@example.com"]}`)
	w.want(http.StatusOK, http.MethodGet, "/hostnames/one.bucket.example.com/audit-history", "")
	changes := w.sim.HostnameActivations("1010")
	change := bucket + "/hostname-activations/" + changes[len(changes)-1].ID + "?" + pair
	w.want(http.StatusOK, http.MethodGet, change, "")
	w.want(http.StatusOK, http.MethodDelete, change, "")
	w.want(http.StatusNotFound, http.MethodGet, bucket+"/hostname-activations/atv_9?"+pair, "")
	w.want(http.StatusNotFound, http.MethodDelete, bucket+"/hostname-activations/atv_9?"+pair, "")
}

func walkBulk(w *walker) {
	const search = `{"bulkSearchQuery":{"syntax":"JSONPATH","match":"$..behaviors[?(@.name == \"origin\")]","bulkSearchQualifiers":["$.options[?(@ == true)]"]}}`
	jobs := map[string]string{
		"/bulk/activations": `{"defaultActivationSettings":{"notifyEmails":["a@example.com"]},"activatePropertyVersions":[` +
			`{"propertyId":"prp_1002","propertyVersion":4,"network":"STAGING"},{"propertyId":"prp_1001","propertyVersion":8,"network":"STAGING"},` +
			`{"propertyId":"prp_1004","propertyVersion":2,"network":"STAGING"},{"propertyId":"prp_9","propertyVersion":2,"network":"STAGING"}]}`,
		"/bulk/property-version-creations": `{"createPropertyVersions":[{"propertyId":"prp_1008","createFromVersion":1},{"propertyId":"prp_9","createFromVersion":1}]}`,
		"/bulk/rules-patch-requests": `{"patchPropertyVersions":[{"propertyId":"prp_1008","propertyVersion":1,"patches":[{"op":"replace","path":"/rules/name","value":"changed"}]},` +
			`{"propertyId":"prp_1008","propertyVersion":1,"patches":[{"op":"remove","path":"/rules/behaviors/0"}]},` +
			`{"propertyId":"prp_1008","propertyVersion":1,"etag":"x","patches":[{"op":"remove","path":"/rules/name"}]}]}`,
		"/bulk/rules-search-requests": search,
	}
	for path, body := range jobs {
		job := path + "/" + idOf(w.want(http.StatusAccepted, http.MethodPost, path, body))
		w.want(http.StatusOK, http.MethodGet, job, "")
		time.Sleep(1500 * time.Millisecond)
		w.want(http.StatusOK, http.MethodGet, job, "")
		time.Sleep(10 * time.Second)
		w.want(http.StatusOK, http.MethodGet, job, "")
		w.want(http.StatusNotFound, http.MethodGet, path+"/99", "")
	}
	w.want(http.StatusAccepted, http.MethodPost, "/bulk/rules-search-requests-synch", search)
}

// TestEveryOperationOfTheDocumentIsAnsweredByIt walks over all of them, with prefixes
// and without. What is not asked for above is found here.
func TestEveryOperationOfTheDocumentIsAnsweredByIt(t *testing.T) {
	prefixed := regexp.MustCompile(`"(?:/[^"]*/)?(?:prp|inc|atv|ctr|grp|act|aid|ehn|cpc|prd|cbe|cbo)_[A-Za-z0-9]`)
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprint("bare ", bare), func(t *testing.T) {
			validator := contract.New(t)
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Options{})
				w := &walker{t: t, sim: sim, header: http.Header{}, bare: bare}
				w.rt = validator.Wrap(tripper(func(r *http.Request) (*http.Response, error) {
					response, err := sim.Transport().RoundTrip(r)
					if err != nil || !bare {
						return response, err
					}
					body, err := io.ReadAll(response.Body)
					if found := prefixed.Find(body); found != nil && response.StatusCode < http.StatusBadRequest {
						t.Errorf("%s %s: a prefix in %s: %.600s", r.Method, r.URL.Path, found, body)
					}
					response.Body = io.NopCloser(strings.NewReader(string(body)))
					return response, err
				}))
				walkAll(w)
			})
			operations := validator.Operations()
			if len(operations) != 81 {
				t.Errorf("%d operations, want 81", len(operations))
			}
			for _, operation := range operations {
				if !slices.ContainsFunc(validator.Seen(operation), func(status int) bool { return status < http.StatusBadRequest }) {
					t.Errorf("%s: no good answer was seen", operation)
				}
			}
		})
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestEveryOperationIsRefusedByTheDocument signs wrongly: each operation has to answer with a problem.
func TestEveryOperationIsRefusedByTheDocument(t *testing.T) {
	validator := contract.New(t)
	parameter := regexp.MustCompile(`\{\w+\}`)
	sim := simulator.New(simulator.Options{})
	for _, operation := range validator.Operations() {
		method, path, _ := strings.Cut(operation, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "https://"+sim.Credentials().Host+"/papi/v1"+parameter.ReplaceAllString(path, "1")+"?"+pair, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "EG1-HMAC-SHA256 client_token=x;access_token=y;timestamp="+time.Now().UTC().Format("20060102T15:04:05-0700")+";nonce=z;signature=s")
		response, err := sim.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: status %d, %v", operation, response.StatusCode, err)
		}
		if err := validator.CheckAnswer(r, response, body); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
	}
}
