package papi_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
	"github.com/propctl/propctl/papi/simulator/contract"
)

func www() papi.PropertyRef { return papi.PropertyRef{PropertyID: "prp_1001"} }

func submission() papi.ActivationRequest {
	return papi.ActivationRequest{
		PropertyVersion: 8, Network: papi.Staging, NotifyEmails: []string{"you@example.com"}, AcknowledgeAllWarnings: true,
	}
}

func credentials(sim *simulator.Simulator) papi.Credentials {
	c := sim.Credentials()
	return papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken, AccountKey: c.AccountKey,
	}
}

// newClient connects a client to a simulator, and holds what passes between them
// to PAPI's document where it is at hand.
func newClient(t *testing.T, sim *simulator.Simulator, o papi.Options) *papi.Client {
	t.Helper()
	o.Transport = sim.Transport()
	if v := contract.Find(t); v != nil {
		o.Transport = v.Wrap(o.Transport)
	}
	client, err := papi.New(credentials(sim), o)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// transport is a server of few words.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer makes a response. Headers are given as "Name: value".
func answer(r *http.Request, status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func clientOver(t *testing.T, o papi.Options, rt transport) *papi.Client {
	t.Helper()
	o.Transport = rt
	client, err := papi.New(papi.Credentials{
		Host: "akab-test.luna.akamaiapis.net", ClientToken: "akab-client", ClientSecret: "s3cret-s3cret=", AccessToken: "akab-access", AccountKey: "1-ABCD:1-XYZ",
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

const noActivations = `{"activations":{"items":[]}}`

func TestRedirectsAreFollowedOnceOnTheSameHost(t *testing.T) {
	const path = "/papi/v0/properties/prp_1001/activations?contractId=ctr_1&groupId=grp_2"
	for _, tt := range []struct {
		name     string
		body     string
		location string
		requests int
		ok       bool
	}{
		{name: "link in the body", body: `{"activationLink":"` + path + `"}`, requests: 2, ok: true},
		{name: "another link in the body", body: `{"redirectLink":"` + path + `"}`, requests: 2, ok: true},
		{name: "location", location: path, requests: 2, ok: true},
		{name: "location with another account", location: path + "&accountSwitchKey=1-OTHER", requests: 2, ok: true},
		{name: "whole location", location: "https://akab-test.luna.akamaiapis.net" + path, requests: 2, ok: true},
		{name: "another host", location: "https://evil.example.com" + path, requests: 1},
		{name: "another host without a scheme", location: "//evil.example.com" + path, requests: 1},
		{name: "another port", location: "https://akab-test.luna.akamaiapis.net:8443" + path, requests: 1},
		{name: "http", location: "http://akab-test.luna.akamaiapis.net" + path, requests: 1},
		{name: "outside of PAPI", location: "/identity/v1/secrets", requests: 1},
		{name: "upwards", location: "/papi/v1/../../identity", requests: 1},
		{name: "nowhere", requests: 1},
		{name: "unreadable", location: ":%", requests: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen []*http.Request
				client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
					seen = append(seen, r)
					if len(seen) == 1 {
						return answer(r, 302, tt.body, "Location: "+tt.location), nil
					}
					return answer(r, 200, noActivations), nil
				})
				_, err := client.Activations(t.Context(), www())
				if (err == nil) != tt.ok || len(seen) != tt.requests {
					t.Fatalf("%d requests: %v", len(seen), err)
				}
				if tt.ok {
					if got := seen[1].URL.String(); got != "https://akab-test.luna.akamaiapis.net/papi/v1/properties/prp_1001/activations?accountSwitchKey=1-ABCD%3A1-XYZ&contractId=ctr_1&groupId=grp_2" {
						t.Errorf("redirected to %s", got)
					}
					if seen[0].Header.Get("Authorization") == seen[1].Header.Get("Authorization") {
						t.Error("the redirected request has the signature of the first")
					}
				}
			})
		})
	}
}

func TestARedirectInCirclesEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			requests++
			return answer(r, 302, `{"redirectLink":"/papi/v1/properties/prp_1001/activations"}`), nil
		})
		if _, err := client.Activations(t.Context(), www()); !errors.Is(err, papi.ClassRedirect) || requests != 2 {
			t.Errorf("%d requests: %v", requests, err)
		}
	})
}

func TestWritesDoNotFollowRedirects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, status := range []int{301, 302, 303, 307, 308} {
			requests := 0
			client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
				requests++
				return answer(r, status, `{"activationLink":"/papi/v1/properties/prp_1001/activations/atv_1"}`, "Location: /papi/v1/properties/prp_1001/activations"), nil
			})
			if _, err := client.CreateActivation(t.Context(), www(), submission()); !errors.Is(err, papi.ClassRedirect) || requests != 1 {
				t.Errorf("%d: %d requests: %v", status, requests, err)
			}
			if _, err := client.CancelActivation(t.Context(), www(), "atv_1"); !errors.Is(err, papi.ClassRedirect) || requests != 2 {
				t.Errorf("%d: %d requests: %v", status, requests, err)
			}
		}
	})
}

func TestRequestsAreWhatPAPIWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []*http.Request
		client := clientOver(t, papi.Options{UserAgent: "propctl/1.2.3 (+you@example.com)"}, func(r *http.Request) (*http.Response, error) {
			seen = append(seen, r)
			if r.Body != nil && r.Method == http.MethodGet {
				t.Error("a GET has a body")
			}
			if r.GetBody != nil {
				t.Error("net/http could send the request again")
			}
			return answer(r, 200, `{"activations":{"items":[{"activationId":"atv_1"}]},"activationLink":"/papi/v0/properties/1001/activations/2"}`), nil
		})
		ref := papi.PropertyRef{PropertyID: "1001", ContractID: "C-1", GroupID: "grp_2"}
		_, err1 := client.Activation(t.Context(), ref, "1")
		created, err2 := client.CreateActivation(t.Context(), ref, submission())
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if created.ActivationID != "2" {
			t.Errorf("activation id %q", created.ActivationID)
		}
		if got := seen[0].URL.RequestURI(); got != "/papi/v1/properties/prp_1001/activations/atv_1?accountSwitchKey=1-ABCD%3A1-XYZ&contractId=ctr_C-1&groupId=grp_2" {
			t.Errorf("GET %s", got)
		}
		for name, want := range map[string]string{
			"User-Agent": "propctl/1.2.3 (+you@example.com)", "PAPI-Use-Prefixes": "true", "Accept": "application/json, application/problem+json",
		} {
			if got := seen[0].Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if got := seen[1].Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("the submission's type is %q", got)
		}
	})
}

func TestWhatIsNoIDIsRefusedBeforeAnythingIsSent(t *testing.T) {
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
		return answer(r, 404, "{}"), nil
	})
	for _, id := range []papi.ID{"", "1/../x", "..", "../../y?z", "atv_1 ", "grp_7", "a\x00b"} {
		_, err1 := client.Activations(t.Context(), papi.PropertyRef{PropertyID: id})
		_, err2 := client.Activation(t.Context(), www(), id)
		_, err3 := client.CancelActivation(t.Context(), www(), id)
		_, err4 := client.CreateActivation(t.Context(), papi.PropertyRef{PropertyID: id}, submission())
		for _, err := range []error{err1, err2, err3, err4} {
			if !errors.Is(err, papi.ClassInvalid) {
				t.Errorf("%q: error is %v", id, err)
			}
		}
	}
}

func TestSecretsAreRemovedFromWhatPAPIAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts []papi.Attempt
		client := clientOver(t, papi.Options{MaxRetries: -1, Observe: func(a papi.Attempt) { attempts = append(attempts, a) }}, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return nil, fmt.Errorf("cannot reach %s with %s", r.URL, r.Header.Get("Authorization"))
			}
			return answer(r, 403, fmt.Sprintf(`{"detail":"no","instance":%q,"title":%q}`, r.URL.String(), "1-ABCD:1-XYZ and akab-client")), nil
		})
		_, err1 := client.Activations(t.Context(), www())
		_, err2 := client.CreateActivation(t.Context(), www(), submission())
		problem, _ := errors.AsType[*papi.Error](err1)
		text := fmt.Sprintf("%v %+v %v %+v %#v %#v", err1, problem, err2, err2, attempts, attempts[1].Err)
		for _, secret := range []string{"s3cret", "akab-client", "akab-access", "1-ABCD:1-XYZ", "1-ABCD%3A1-XYZ"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", secret, text)
			}
		}
		if !strings.Contains(problem.Instance, "accountSwitchKey=***") {
			t.Errorf("the instance is %s", problem.Instance)
		}
	})
}

func TestTheAccountSwitchKeyIsSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{Credentials: simulator.Credentials{AccountKey: "1-ABCD:1-XYZ"}})
		client := newClient(t, sim, papi.Options{})
		inject(t, sim, "list=500@3")
		if _, err := client.Activations(t.Context(), www()); err != nil {
			t.Error(err)
		}
	})
}
