package simulator

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// Credentials are what a client must sign with.
type Credentials struct {
	Host         string // without a scheme; Transport answers for this host only
	ClientToken  string
	ClientSecret string
	AccessToken  string
	// AccountKey is the only account switch key that requests may name; empty allows any.
	AccountKey    string
	MaxBody       int      // how many bytes of a body are hashed; 0 means 131072
	HeadersToSign []string // nil for none
}

// SampleCredentials returns the default credentials of a Simulator.
func SampleCredentials() Credentials {
	return Credentials{
		Host:         "akab-simulator.luna.example.com",
		ClientToken:  "akab-client-token-simulator",
		ClientSecret: "c2ltdWxhdG9yLWNsaWVudC1zZWNyZXQ=",
		AccessToken:  "akab-access-token-simulator",
	}
}

// authorization is a parsed Authorization header.
type authorization struct {
	clientToken, accessToken, timestamp, nonce, signature string

	prefix string // everything before "signature="
}

func parseAuthorization(header string) (authorization, bool) {
	fields, ok := strings.CutPrefix(header, signingMethod+" ")
	if !ok {
		return authorization{}, false
	}
	prefix, signature, ok := strings.Cut(fields, "signature=")
	if !ok {
		return authorization{}, false
	}
	a := authorization{signature: signature, prefix: signingMethod + " " + prefix}
	for field := range strings.SplitSeq(strings.TrimSuffix(prefix, ";"), ";") {
		key, value, _ := strings.Cut(field, "=")
		switch key {
		case "client_token":
			a.clientToken = value
		case "access_token":
			a.accessToken = value
		case "timestamp":
			a.timestamp = value
		case "nonce":
			a.nonce = value
		default:
			return authorization{}, false
		}
	}
	return a, a.nonce != "" && a.timestamp != ""
}

// authenticate returns nil for a request with a valid EdgeGrid signature. The timestamp is compared with the
// real clock: Speed does not affect signatures.
func (s *Simulator) authenticate(c *call) *answer {
	a, ok := parseAuthorization(c.r.Header.Get("Authorization"))
	if !ok {
		return c.gatewayProblem(http.StatusBadRequest, "request-error", "Bad request", "Missing or malformed Authorization header")
	}
	stamp, err := time.Parse(timestampLayout, a.timestamp)
	if err != nil || c.now.Add(s.offset).Sub(stamp).Abs() > s.skew {
		return c.gatewayProblem(http.StatusBadRequest, "request-error", "Bad request", "Invalid timestamp")
	}
	if !equal(a.clientToken, s.credentials.ClientToken) {
		return s.denied(c, "Inactive client token")
	}
	if !equal(a.accessToken, s.credentials.AccessToken) {
		return s.denied(c, "Invalid access token")
	}
	signed := Signed{
		Method: c.r.Method, Scheme: "https", Host: c.host(), Target: c.r.URL.RequestURI(),
		Header: c.r.Header, HeadersToSign: s.credentials.HeadersToSign,
		Body: c.body, MaxBody: s.credentials.MaxBody,
	}
	if !equal(a.signature, Signature(s.credentials.ClientSecret, a.timestamp, signed.Data(a.prefix))) {
		return s.denied(c, "The signature does not match")
	}
	if !s.nonces.use(a.nonce, c.now, s.skew) {
		return s.denied(c, "The nonce has already been used")
	}
	return nil
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Simulator) denied(c *call, detail string) *answer {
	a := c.gatewayProblem(http.StatusUnauthorized, "deny", "Not authorized", detail)
	a.header.Set("WWW-Authenticate", signingMethod+` realm="`+c.host()+`"`)
	return a
}

// checkAccountKey requires at most one account switch key, and the right one.
func (s *Simulator) checkAccountKey(c *call) *answer {
	keys := c.query["accountSwitchKey"]
	if len(keys) > 1 {
		return c.problem(http.StatusBadRequest, "http/bad-request", "Bad Request", "The accountSwitchKey parameter is given more than once.")
	}
	if len(keys) == 1 && s.credentials.AccountKey != "" && keys[0] != s.credentials.AccountKey {
		return c.gatewayAuthz("The client has no access to the account that accountSwitchKey names")
	}
	return nil
}

// nonces remembers the nonces whose timestamp would still be accepted.
type nonces map[string]time.Time

// use reports whether the nonce is new, and remembers it.
func (n nonces) use(nonce string, now time.Time, skew time.Duration) bool {
	for old, at := range n {
		if now.Sub(at) > 2*skew {
			delete(n, old)
		}
	}
	if _, used := n[nonce]; used {
		return false
	}
	n[nonce] = now
	return true
}

func (c *call) host() string { return cmp.Or(c.r.Host, c.r.URL.Host) }
