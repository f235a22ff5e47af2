package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// etag reads the ETag of a version.
func (w *walker) etag(path string) string {
	w.t.Helper()
	response := w.do(http.MethodGet, path, "")
	defer response.Body.Close()
	return response.Header.Get("ETag")
}

// TestSimulatorsHostnamesKeepToTheDocument edits a version, with prefixes and without.
func TestSimulatorsHostnamesKeepToTheDocument(t *testing.T) {
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprint("bare ", bare), func(t *testing.T) {
			w := newWalker(t, simulator.Options{DefaultCertificates: 1})
			w.bare = bare
			const property = "/properties/prp_1001"
			w.want(http.StatusCreated, http.MethodPost, property+"/versions", `{"createFromVersion":8}`)
			w.want(http.StatusPreconditionFailed, http.MethodPost, property+"/versions", `{"createFromVersion":8,"createFromVersionEtag":"x"}`)
			w.want(http.StatusNotFound, http.MethodPost, property+"/versions", `{"createFromVersion":99}`)
			w.header.Set("If-Match", w.etag(property+"/versions/9"))
			const hostnames = property + "/versions/9/hostnames"
			add := func(name, edge, cert string) string {
				return fmt.Sprintf(`{"add":[{"cnameFrom":%q,"cnameTo":%q,"cnameType":"EDGE_HOSTNAME","certProvisioningType":%q}],"remove":["www.example.com"]}`, name, edge, cert)
			}
			w.want(http.StatusBadRequest, http.MethodPatch, hostnames, add("new.example.com", "nowhere.example.net", "CPS_MANAGED"))
			w.want(http.StatusOK, http.MethodPatch, hostnames+"?includeCertStatus=true", add("new.example.com", "www.example.com.edgekey.net", "DEFAULT"))
			w.want(http.StatusPreconditionFailed, http.MethodPatch, hostnames, add("newer.example.com", "www.example.com.edgekey.net", "DEFAULT"))
			w.header.Set("If-Match", w.etag(property+"/versions/9"))
			w.want(http.StatusTooManyRequests, http.MethodPatch, hostnames, add("newer.example.com", "www.example.com.edgekey.net", "DEFAULT"))
			w.header.Set("If-Match", w.etag(property+"/versions/7"))
			w.want(http.StatusForbidden, http.MethodPatch, property+"/versions/7/hostnames", add("new.example.com", "www.example.com.edgekey.net", "DEFAULT"))
		})
	}
}

func TestSimulatorsBucketsKeepToTheDocument(t *testing.T) {
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprint("bare ", bare), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWalker(t, simulator.Options{SlowCancel: time.Minute})
				w.bare = bare
				const property = "/properties/prp_1010"
				const owner = "?contractId=ctr_C-SIM1&groupId=grp_10001"
				edge := w.sim.EdgeHostnameID("bucket.example.com.edgekey.net")
				change := func(network string) string {
					return fmt.Sprintf(`{"network":%q,"add":[{"cnameFrom":"new.example.com","edgeHostnameId":%q,"cnameType":"EDGE_HOSTNAME","certProvisioningType":"DEFAULT"}],"remove":["one.bucket.example.com"],"notifyEmails":["a@example.com"]}`, network, edge)
				}
				w.want(http.StatusOK, http.MethodGet, property, "")
				for _, network := range []string{"STAGING", "PRODUCTION"} {
					location := w.want(http.StatusCreated, http.MethodPatch, property+"/hostnames", change(network))
					path := strings.TrimPrefix(location, "/papi/v0")
					w.want(http.StatusConflict, http.MethodPatch, property+"/hostnames", change(network))
					w.want(http.StatusConflict, http.MethodPost, property+"/activations", submission(1, network, ""))
					for range 70 {
						w.want(http.StatusOK, http.MethodGet, path, "")
						w.want(http.StatusOK, http.MethodGet, path+"&includeHostnames=true", "")
						w.want(http.StatusOK, http.MethodGet, property+"/hostname-activations?limit=1", "")
						time.Sleep(10 * time.Second)
					}
					w.want(http.StatusUnprocessableEntity, http.MethodDelete, path, "")
				}
				for _, query := range []string{"", "?network=STAGING&limit=1&offset=1", "?includeCertStatus=true&sort=hostname:d"} {
					w.want(http.StatusOK, http.MethodGet, property+"/hostnames"+query, "")
				}
				w.want(http.StatusOK, http.MethodGet, "/properties/prp_1001/hostnames", "")
				path := strings.TrimPrefix(w.want(http.StatusCreated, http.MethodPatch, property+"/hostnames", change("STAGING")), "/papi/v0")
				w.want(http.StatusOK, http.MethodDelete, path, "")
				w.want(http.StatusOK, http.MethodGet, path, "")
				time.Sleep(time.Minute)
				w.want(http.StatusOK, http.MethodGet, path, "")
				w.want(http.StatusOK, http.MethodGet, property+"/hostname-activations", "")
				path = strings.TrimPrefix(w.want(http.StatusCreated, http.MethodPatch, property+"/hostnames", change("STAGING")), "/papi/v0")
				time.Sleep(30 * time.Second)
				w.want(http.StatusBadRequest, http.MethodDelete, path, "")
				w.want(http.StatusNotFound, http.MethodGet, property+"/hostname-activations/atv_1"+owner, "")
				w.want(http.StatusForbidden, http.MethodPatch, "/properties/prp_1001/hostnames", change("STAGING"))
			})
		})
	}
}

func TestSimulatorsIncludesKeepToTheDocument(t *testing.T) {
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprint("bare ", bare), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWalker(t, simulator.Options{})
				w.bare = bare
				for _, include := range []string{"/includes/inc_2001", "/includes/2002"} {
					for _, path := range []string{"", "/versions", "/versions/1", "/versions/1/rules", "/activations"} {
						w.want(http.StatusOK, http.MethodGet, include+path, "")
					}
					w.want(http.StatusFound, http.MethodGet, include+"/versions/latest?activatedOn=STAGING", "")
				}
				w.want(http.StatusOK, http.MethodPost, "/search/find-by-value", `{"includeName":"checkout"}`)
				submit := func(include string, version int, more string) string {
					return strings.TrimPrefix(w.want(http.StatusCreated, http.MethodPost, "/includes/"+include+"/activations",
						fmt.Sprintf(`{"includeVersion":%d,"network":"STAGING","notifyEmails":["a@example.com"]%s}`, version, more)), "/papi/v0")
				}
				for _, version := range []int{2, 3, 4} { // each of which ends in another way
					path := submit("inc_2002", version, "")
					w.want(http.StatusNotFound, http.MethodGet, path, "")
					for range 20 {
						time.Sleep(10 * time.Second)
						w.want(http.StatusOK, http.MethodGet, path, "")
						w.want(http.StatusOK, http.MethodGet, "/includes/inc_2002/activations", "")
					}
				}
				path := submit("inc_2001", 3, "")
				time.Sleep(16 * time.Second)
				w.want(http.StatusOK, http.MethodDelete, path, "")
				w.want(http.StatusOK, http.MethodGet, path, "")
				w.want(http.StatusOK, http.MethodGet, "/includes/inc_2001/activations", "")
				time.Sleep(10 * time.Second)
				w.want(http.StatusNoContent, http.MethodDelete, path, "")
				path = submit("inc_2001", 2, `,"activationType":"DEACTIVATE"`)
				time.Sleep(10 * time.Minute)
				response := w.do(http.MethodGet, path, "")
				defer response.Body.Close()
				if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), `"status":"ACTIVE"`) {
					t.Errorf("deactivation: %s", body)
				}
				w.want(http.StatusUnprocessableEntity, http.MethodDelete, path, "")
			})
		})
	}
}
