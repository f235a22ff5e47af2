package simulator

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

const (
	signingMethod   = "EG1-HMAC-SHA256"
	timestampLayout = "20060102T15:04:05-0700"
	// defaultMaxBody is how many bytes of a body EdgeGrid hashes.
	defaultMaxBody = 131072
)

// Signed is what an EdgeGrid signature covers. It is written from the published description of the scheme and
// shares no code with any client, so that a client's mistake is not repeated here and goes unseen.
type Signed struct {
	Method string
	Scheme string
	Host   string
	Target string // path and query as sent, escaped
	Header http.Header
	// HeadersToSign names the members of Header that are signed, in order. PAPI needs none.
	HeadersToSign []string
	Body          []byte
	MaxBody       int // how many bytes of Body are hashed; 0 means 131072
}

// Data returns the text that is signed. The prefix is the Authorization header up to
// and including "nonce=…;".
func (s Signed) Data(prefix string) string {
	return strings.Join([]string{
		s.Method, s.Scheme, s.Host, s.Target, s.canonicalHeaders(), s.contentHash(), prefix,
	}, "\t")
}

func (s Signed) canonicalHeaders() string {
	var lines []string
	for _, name := range s.HeadersToSign {
		if value := s.Header.Get(name); value != "" {
			lines = append(lines, strings.ToLower(name)+":"+strings.Join(strings.Fields(value), " "))
		}
	}
	return strings.Join(lines, "\t")
}

// contentHash is empty except for a POST with a body.
func (s Signed) contentHash() string {
	if s.Method != http.MethodPost || len(s.Body) == 0 {
		return ""
	}
	limit := min(len(s.Body), cmp.Or(s.MaxBody, defaultMaxBody))
	sum := sha256.Sum256(s.Body[:limit])
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Signature returns the value of "signature=" for data that is signed at timestamp.
func Signature(clientSecret, timestamp, data string) string {
	return mac([]byte(mac([]byte(clientSecret), timestamp)), data)
}

func mac(key []byte, message string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
