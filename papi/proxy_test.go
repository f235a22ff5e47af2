package papi_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

func TestProxyThatDoesNotConnectIsNamed(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy was asked for %s", r.Method)
		}
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer refusing.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, tt := range []struct{ name, proxy, want string }{
		{"wants a password", refusing.URL, "the proxy answered 407"},
		{"is not there", gone.URL, "proxyconnect"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			proxy, err := url.Parse(tt.proxy)
			if err != nil {
				t.Fatal(err)
			}
			network := papi.NewTransport(nil)
			network.Proxy = http.ProxyURL(proxy)
			client := clientOver(t, papi.Options{MaxRetries: -1}, network.RoundTrip)
			_, err = client.CreateActivation(t.Context(), www(), submission())
			problem, ok := errors.AsType[*papi.Error](err)
			if !ok || problem.Class != papi.ClassProxy || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error is %v", err)
			}
			if problem.Uncertain() {
				t.Error("what a proxy did not let through may have been accepted")
			}
		})
	}
}
