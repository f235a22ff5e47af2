package contract_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
	"github.com/propctl/propctl/papi/simulator/contract"
)

// walker asks a Simulator, signed and checked.
type walker struct {
	t    *testing.T
	sim  *simulator.Simulator
	rt   http.RoundTripper
	bare bool
	sent int

	header http.Header // of every request
}

func (w *walker) do(method, path, body string) *http.Response {
	w.t.Helper()
	credentials := w.sim.Credentials()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, "https://"+credentials.Host+"/papi/v1"+path, reader)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("PAPI-Use-Prefixes", fmt.Sprint(!w.bare))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, w.header)
	w.sent++
	stamp := time.Now().UTC().Format("20060102T15:04:05-0700")
	prefix := fmt.Sprintf("EG1-HMAC-SHA256 client_token=%s;access_token=%s;timestamp=%s;nonce=n-%d;",
		credentials.ClientToken, credentials.AccessToken, stamp, w.sent)
	data := simulator.Signed{Method: method, Scheme: "https", Host: r.URL.Host, Target: r.URL.RequestURI(), Body: []byte(body)}.Data(prefix)
	r.Header.Set("Authorization", prefix+"signature="+simulator.Signature(credentials.ClientSecret, stamp, data))
	response, err := w.rt.RoundTrip(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return response
}

// want sends a request whose answer must have the status, and returns its Location.
func (w *walker) want(status int, method, path, body string) string {
	w.t.Helper()
	response := w.do(method, path, body)
	defer response.Body.Close()
	if response.StatusCode != status {
		content, _ := io.ReadAll(response.Body)
		w.t.Errorf("%s %s: status %d, want %d: %s", method, path, response.StatusCode, status, content)
	}
	return response.Header.Get("Location")
}

func newWalker(t *testing.T, options simulator.Options) *walker {
	t.Helper()
	sim := simulator.New(options)
	return &walker{t: t, sim: sim, rt: contract.New(t).Wrap(sim.Transport()), header: http.Header{}}
}

func submission(version int, network, more string) string {
	return fmt.Sprintf(`{"propertyVersion":%d,"network":"%s","notifyEmails":["a@example.com"]%s}`, version, network, more)
}

// TestSimulatorKeepsToTheDocument walks over all operations, with prefixes and without.
func TestSimulatorKeepsToTheDocument(t *testing.T) {
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprint("bare ", bare), func(t *testing.T) {
			w := newWalker(t, simulator.Options{})
			w.bare = bare
			for _, path := range []string{
				"/build", "/contracts", "/groups", "/properties?contractId=ctr_C-SIM1&groupId=grp_10001", "/properties?modifiedSince=P3650D",
				"/includes?contractId=C-SIM1&groupId=10001", "/includes?modifiedSince=P1DT12H",
			} {
				w.want(http.StatusOK, http.MethodGet, path, "")
			}
			for id := 1001; id <= 1008; id++ {
				property := fmt.Sprintf("/properties/%d", id)
				for _, path := range []string{"", "/activations", "/versions", "/versions?offset=1&limit=1", "/versions/1", "/versions/1/hostnames", "/versions/1/rules"} {
					w.want(http.StatusOK, http.MethodGet, property+path, "")
				}
				w.want(http.StatusFound, http.MethodGet, property+"/versions/latest", "")
			}
			for _, path := range []string{"/activations", "/versions", "/versions/1", "/versions/1/hostnames", "/versions/1/rules", "/versions/latest"} {
				w.want(http.StatusFound, http.MethodGet, "/properties/1009"+path, "")
			}
			w.want(http.StatusOK, http.MethodGet, "/properties/prp_1001/versions/8/rules", "")
			for _, body := range []string{`{"propertyName":"www.example.com"}`, `{"hostname":"www.example.com"}`, `{"edgeHostname":"www.example.com.edgekey.net"}`, `{"hostname":"nothing.example.com"}`} {
				w.want(http.StatusOK, http.MethodPost, "/search/find-by-value", body)
			}
		})
	}
}

func TestSimulatorsActivationsKeepToTheDocumentAllTheirLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWalker(t, simulator.Options{SlowCancel: time.Minute})
		const activations = "/properties/prp_1001/activations"
		follow := func(location string, total time.Duration) {
			path := strings.TrimPrefix(location, "/papi/v0")
			for range int(total / (10 * time.Second)) {
				w.want(http.StatusOK, http.MethodGet, path, "")
				w.want(http.StatusOK, http.MethodGet, activations, "")
				w.want(http.StatusOK, http.MethodGet, "/properties/prp_1001/versions", "")
				time.Sleep(10 * time.Second)
			}
		}
		const ack = `,"acknowledgeAllWarnings":true`
		follow(w.want(http.StatusCreated, http.MethodPost, activations, submission(8, "STAGING", ack)), 4*time.Minute)
		follow(w.want(http.StatusCreated, http.MethodPost, activations, submission(7, "STAGING", `,"useFastFallback":true`)), time.Minute)
		follow(w.want(http.StatusCreated, http.MethodPost, activations, submission(7, "STAGING", `,"activationType":"DEACTIVATE"`)), 4*time.Minute)
		location := w.want(http.StatusCreated, http.MethodPost, activations, submission(8, "PRODUCTION", ack))
		path := strings.TrimPrefix(location, "/papi/v0")
		w.want(http.StatusOK, http.MethodDelete, path, "")
		follow(location, 2*time.Minute)
		w.want(http.StatusNoContent, http.MethodDelete, path, "")
		failing := w.want(http.StatusCreated, http.MethodPost, "/properties/prp_1007/activations", submission(3, "STAGING", ""))
		time.Sleep(5 * time.Minute)
		w.want(http.StatusOK, http.MethodGet, strings.TrimPrefix(failing, "/papi/v0"), "")
	})
}

func TestSimulatorsRefusalsKeepToTheDocument(t *testing.T) {
	w := newWalker(t, simulator.Options{RequestBurst: 20, ActivationsPerDay: 1})
	for _, tt := range []struct {
		status             int
		method, path, body string
	}{
		{http.StatusBadRequest, http.MethodPost, "/properties/prp_1001/activations", submission(8, "STAGING", "")},
		{http.StatusBadRequest, http.MethodPost, "/properties/prp_1004/activations", submission(2, "STAGING", "")},
		{http.StatusNotFound, http.MethodPost, "/properties/prp_1001/activations", submission(99, "STAGING", "")},
		{http.StatusConflict, http.MethodPost, "/properties/prp_1006/activations", submission(1, "STAGING", "")},
		{http.StatusUnprocessableEntity, http.MethodPost, "/properties/prp_1006/activations", submission(3, "STAGING", "")},
		{http.StatusUnprocessableEntity, http.MethodPost, "/properties/prp_1001/activations", submission(7, "STAGING", "")},
		{http.StatusCreated, http.MethodPost, "/properties/prp_1002/activations", submission(4, "STAGING", "")},
		{http.StatusTooManyRequests, http.MethodPost, "/properties/prp_1003/activations", submission(3, "STAGING", "")},
		{http.StatusNotFound, http.MethodGet, "/properties/prp_1001/activations/atv_1", ""},
		{http.StatusNotFound, http.MethodDelete, "/properties/prp_1001/activations/atv_1", ""},
		{http.StatusNotFound, http.MethodGet, "/properties/prp_1001/versions/99", ""},
	} {
		w.want(tt.status, tt.method, tt.path, tt.body)
	}
	last := ""
	for _, a := range w.sim.Activations("1001") {
		last = a.ID
	}
	w.want(http.StatusUnprocessableEntity, http.MethodDelete, "/properties/prp_1001/activations/"+last, "")
	for range 8 {
		w.want(http.StatusOK, http.MethodGet, "/build", "")
	}
	w.want(http.StatusTooManyRequests, http.MethodGet, "/build", "")
}

// TestKnownFaultsKeepToTheDocument covers the errors that the simulator gives only when it is told to.
func TestKnownFaultsKeepToTheDocument(t *testing.T) {
	w := newWalker(t, simulator.Options{})
	for name, f := range simulator.KnownFaults() {
		w.sim.Inject(f)
		path := "/properties/prp_1001/activations/" + w.sim.Activations("1001")[0].ID
		w.want(f.Status, http.MethodGet, path, "")
		if t.Failed() {
			t.Fatalf("fault %s", name)
		}
	}
	for _, status := range []int{400, 401, 403, 404, 405, 406, 408, 409, 412, 422, 429, 500, 502, 503, 504} {
		w.sim.Inject(simulator.Fault{Status: status})
		w.want(status, http.MethodGet, "/properties/prp_1001", "")
	}
	w.sim.Inject(simulator.Fault{Malformed: true, After: true})
	w.want(http.StatusOK, http.MethodGet, "/properties/prp_1001", "")
}
