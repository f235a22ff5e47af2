package simulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// client asks a Simulator as PAPI's clients do.
type client struct {
	t      testing.TB
	sim    *simulator.Simulator
	header http.Header // of every request
	nonces atomic.Int64

	credentials *simulator.Credentials // nil: those of sim
}

func newClient(t *testing.T, options simulator.Options) *client {
	t.Helper()
	return &client{t: t, sim: simulator.New(options), header: http.Header{}}
}

// reply is an answer whose body has been read.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (c *client) request(method, path, body string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, "https://"+c.sim.Credentials().Host+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		r.Body = io.NopCloser(strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, c.header)
	c.sign(r, body, time.Now())
	return r
}

func (c *client) sign(r *http.Request, body string, now time.Time) {
	credentials := c.sim.Credentials()
	if c.credentials != nil {
		credentials = *c.credentials
	}
	stamp := now.UTC().Format("20060102T15:04:05-0700")
	prefix := fmt.Sprintf("EG1-HMAC-SHA256 client_token=%s;access_token=%s;timestamp=%s;nonce=n-%d;",
		credentials.ClientToken, credentials.AccessToken, stamp, c.nonces.Add(1))
	signed := simulator.Signed{Method: r.Method, Scheme: "https", Host: r.URL.Host, Target: r.URL.RequestURI(), Body: []byte(body)}
	r.Header.Set("Authorization", prefix+"signature="+simulator.Signature(credentials.ClientSecret, stamp, signed.Data(prefix)))
}

func (c *client) do(method, path, body string) reply {
	c.t.Helper()
	return c.send(c.request(method, "/papi/v1"+path, body))
}

func (c *client) send(r *http.Request) reply {
	c.t.Helper()
	response, err := c.sim.Transport().RoundTrip(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{t: c.t, status: response.StatusCode, header: response.Header, body: string(body)}
}

func (c *client) get(path string) reply {
	c.t.Helper()
	return c.do(http.MethodGet, path, "")
}

const submitBody = `{"propertyVersion":%d,"network":"%s","notifyEmails":["a@example.com"],"acknowledgeAllWarnings":true%s}`

// submit posts an activation; more are further members of the body.
func (c *client) submit(property string, version int, network simulator.Network, more string) reply {
	c.t.Helper()
	return c.do(http.MethodPost, "/properties/"+property+"/activations", fmt.Sprintf(submitBody, version, network, more))
}

// activate posts an activation that must be taken, and returns the path of it.
func (c *client) activate(property string, version int, network simulator.Network, more string) string {
	c.t.Helper()
	r := c.submit(property, version, network, more).want(http.StatusCreated)
	return "/properties/" + property + "/activations/" + idOf(r.text("activationLink"))
}

func idOf(link string) string {
	path, _, _ := strings.Cut(link, "?")
	return path[strings.LastIndex(path, "/")+1:]
}

func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// rejected wants a problem of the status whose type ends in kind.
func (r reply) rejected(status int, kind string) reply {
	r.t.Helper()
	r.want(status)
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Errorf("Content-Type %q", got)
	}
	if got := r.text("type"); !strings.HasSuffix(got, kind) {
		r.t.Errorf("type %q, want …%s", got, kind)
	}
	if got := r.value("status"); got != float64(status) {
		r.t.Errorf("member status %v, want %d", got, status)
	}
	return r
}

// value reads a member by a path of names and indexes.
func (r reply) value(path ...any) any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func (r reply) text(path ...any) string {
	r.t.Helper()
	text, _ := r.value(path...).(string)
	return text
}

// item reads a member of the first activation.
func (r reply) item(path ...any) any {
	r.t.Helper()
	return r.value(append([]any{"activations", "items", 0}, path...)...)
}

// state is the status and the fmaActivationState of the first activation.
func (r reply) state() string {
	r.t.Helper()
	r.want(http.StatusOK)
	state := fmt.Sprint(r.item("status"))
	if fma := r.item("fmaActivationState"); fma != nil {
		state += " " + fmt.Sprint(fma)
	}
	return state
}

func (r reply) count(path ...any) int {
	r.t.Helper()
	list, _ := r.value(path...).([]any)
	return len(list)
}
