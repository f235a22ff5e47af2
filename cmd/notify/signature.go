package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// Webhooks are signed as https://www.standardwebhooks.com describes it, so that
// receivers can use the libraries that there are.

// secretVariable has the secret that webhooks are signed with. There is neither a
// flag nor a setting for it.
const secretVariable = "PROPCTL_NOTIFY_SECRET" //nolint:gosec // the name of a variable and not its value

const (
	secretPrefix = "whsec_"
	minSecret    = 24 // bytes
	maxSecret    = 64
)

// Secret returns what to sign with; nil where there is none.
func Secret(e term.Env) ([]byte, error) {
	text, ok := e.Lookup(secretVariable)
	if !ok {
		return nil, nil
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(text), secretPrefix))
	if err != nil || len(secret) < minSecret || len(secret) > maxSecret {
		return nil, &catalogue.SettingError{Where: "environment", Key: secretVariable, Err: errors.New(
			"it has to be 24 to 64 bytes as base64, with or without whsec_ before them; openssl rand -base64 32 makes some")}
	}
	return secret, nil
}

// newDelivery returns an id that no other message has. It has no dot in it, which
// would end it where it is signed.
func newDelivery() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return "msg_" + hex.EncodeToString(id[:])
}

// webhookHeader is what goes with an attempt. The id is the same for all attempts,
// so that a receiver can tell a repeat; the time is that of the attempt.
func webhookHeader(id string, body, secret []byte, now time.Time) http.Header {
	at := strconv.FormatInt(now.Unix(), 10)
	h := http.Header{}
	h.Set("X-Propctl-Delivery", id)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", at)
	if secret != nil {
		sum := hmac.New(sha256.New, secret)
		sum.Write([]byte(id + "." + at + "."))
		sum.Write(body)
		h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	}
	return h
}
