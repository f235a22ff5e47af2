package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

const (
	requestError = "-/pep-authn/request-error"
	deny         = "-/pep-authn/deny"
)

func TestRequestsMustBeSigned(t *testing.T) {
	tests := map[string]struct {
		spoil  func(c *client, r *http.Request)
		status int
		kind   string
	}{
		"a good signature": {func(*client, *http.Request) {}, http.StatusOK, ""},
		"none":             {func(_ *client, r *http.Request) { r.Header.Del("Authorization") }, http.StatusBadRequest, requestError},
		"garbage":          {func(_ *client, r *http.Request) { r.Header.Set("Authorization", "Basic abc") }, http.StatusBadRequest, requestError},
		"another path":     {func(_ *client, r *http.Request) { r.URL.Path += "s" }, http.StatusUnauthorized, deny},
		"another query":    {func(_ *client, r *http.Request) { r.URL.RawQuery = "a=b" }, http.StatusUnauthorized, deny},
		"another method":   {func(_ *client, r *http.Request) { r.Method = http.MethodDelete }, http.StatusUnauthorized, deny},
		"another body": {
			func(_ *client, r *http.Request) {
				r.Method, r.Body = http.MethodPost, http.NoBody
				r.URL.Path = "/papi/v1/search/find-by-value"
			},
			http.StatusUnauthorized, deny,
		},
		"another client token": {replaceAuth("client_token=", "client_token=x"), http.StatusUnauthorized, deny},
		"another access token": {replaceAuth("access_token=", "access_token=x"), http.StatusUnauthorized, deny},
		"another signature":    {replaceAuth("signature=", "signature=x"), http.StatusUnauthorized, deny},
		"30 s late":            {signAt(-30 * time.Second), http.StatusOK, ""},
		"31 s late":            {signAt(-31 * time.Second), http.StatusBadRequest, requestError},
		"31 s early":           {signAt(31 * time.Second), http.StatusBadRequest, requestError},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, simulator.Options{Speed: 1000})
				time.Sleep(time.Minute) // the simulated clock is far ahead of the real one
				r := c.request(http.MethodGet, "/papi/v1/build", "")
				tt.spoil(c, r)
				reply := c.send(r)
				if tt.kind == "" {
					reply.want(tt.status)
					return
				}
				reply.rejected(tt.status, tt.kind)
				if challenge := reply.header.Get("WWW-Authenticate"); tt.status == http.StatusUnauthorized && !strings.HasPrefix(challenge, "EG1-HMAC-SHA256 realm=") {
					t.Errorf("WWW-Authenticate %q", challenge)
				}
			})
		})
	}
}

func replaceAuth(from, to string) func(*client, *http.Request) {
	return func(_ *client, r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
	}
}

func signAt(offset time.Duration) func(*client, *http.Request) {
	return func(c *client, r *http.Request) { c.sign(r, "", time.Now().Add(offset)) }
}

func TestTokensAreCheckedBesideTheSignature(t *testing.T) {
	for name, alter := range map[string]func(*simulator.Credentials){
		"client token":  func(c *simulator.Credentials) { c.ClientToken = "other" },
		"access token":  func(c *simulator.Credentials) { c.AccessToken = "other" },
		"client secret": func(c *simulator.Credentials) { c.ClientSecret = "other" },
	} {
		own := simulator.SampleCredentials()
		alter(&own)
		c := newClient(t, simulator.Options{})
		c.credentials = &own
		if r := c.get("/build"); r.status != http.StatusUnauthorized {
			t.Errorf("another %s, well signed: status %d", name, r.status)
		}
	}
}

func TestNonceCanBeUsedOnce(t *testing.T) {
	c := newClient(t, simulator.Options{})
	r := c.request(http.MethodGet, "/papi/v1/build", "")
	c.send(r).want(http.StatusOK)
	c.send(r).rejected(http.StatusUnauthorized, deny)
}

func TestAccountSwitchKeyIsCheckedOnce(t *testing.T) {
	credentials := simulator.SampleCredentials()
	credentials.AccountKey = "1-ABC:1-DEF"
	c := newClient(t, simulator.Options{Credentials: credentials})
	c.get("/build").want(http.StatusOK)
	c.get("/build?accountSwitchKey=1-ABC%3A1-DEF").want(http.StatusOK)
	c.get("/build?accountSwitchKey=1-XYZ").rejected(http.StatusForbidden, "-/pep-authz/deny")
	c.get("/build?accountSwitchKey=1-ABC%3A1-DEF&accountSwitchKey=1-ABC%3A1-DEF").rejected(http.StatusBadRequest, "http/bad-request")
}

func TestSignedBodyIsHashedUpToTheLimitOnly(t *testing.T) {
	c := newClient(t, simulator.Options{})
	body := `{"propertyName":"` + strings.Repeat("x", 140000) + `"}`
	c.do(http.MethodPost, "/search/find-by-value", body).want(http.StatusOK)
	c.do(http.MethodPost, "/search/find-by-value", `{"propertyName":"`+strings.Repeat("x", 1<<20)+`"}`).want(http.StatusRequestEntityTooLarge)
}

func TestTheGatewaysClockCanBeAnother(t *testing.T) {
	for offset, want := range map[time.Duration]int{0: 200, 29 * time.Second: 200, time.Minute: 400, -time.Minute: 400} {
		synctest.Test(t, func(t *testing.T) {
			response := newClient(t, simulator.Options{ClockOffset: offset}).get("/build").want(want)
			date, err := http.ParseTime(response.header.Get("Date"))
			if err != nil || !date.Equal(time.Now().Add(offset)) {
				t.Errorf("%s: Date %s, %v", offset, date, err)
			}
		})
	}
}
