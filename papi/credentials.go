package papi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/edgegrid"
)

// Credentials are the EdgeGrid credentials. They print without secrets.
//
// Blanks, line breaks and one pair of quotes around a value are removed. A value that still contains a blank, a
// quote, a control character or a character outside ASCII is refused.
type Credentials struct {
	Host          string   // without scheme
	ClientToken   string   `json:"-"`
	ClientSecret  string   `json:"-"`
	AccessToken   string   `json:"-"`
	AccountKey    string   `json:"-"` // account switch key; empty for the API client's own account
	MaxBody       int      // how many bytes of a POST are signed; 0 means EdgeGrid's 131072
	HeadersToSign []string // names of the headers to sign
	// Source says where the credentials came from, for messages: a file and section, or the environment.
	// Section is the section's name alone; empty without sections.
	Source, Section string
}

// String returns the host and where the credentials came from.
func (c Credentials) String() string { return c.Host + " (" + c.Source + ")" }

// GoString is String, so that %#v prints no secrets either.
func (c Credentials) GoString() string { return c.String() }

// LogValue is String, so that log/slog prints no secrets either.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Keys of an .edgerc file; in capitals they end the names of the variables. The first four are required.
const (
	keyHost          = "host"
	keyClientToken   = "client_token"
	keyClientSecret  = "client_secret"
	keyAccessToken   = "access_token"
	keyAccountKey    = "account_key"
	keyMaxBody       = "max_body"
	keyHeadersToSign = "headers_to_sign"
)

// ParseAccountKey returns an account switch key without surrounding blanks, line breaks and quotes. The error
// says which character cannot be part of a key, without printing the key.
func ParseAccountKey(s string) (string, error) {
	s = trimValue(s)
	if what := foreign(s); what != "" {
		return "", fmt.Errorf("the account switch key has %s in it", what)
	}
	return s, nil
}

// ErrAccountKey matches an error about credentials in which only the account switch key is wrong.
var ErrAccountKey = errors.New("an account switch key that cannot be one")

// accountKeyError matches ErrAccountKey and says what is wrong.
type accountKeyError struct{ error }

// Is implements the interface of errors.Is.
func (*accountKeyError) Is(target error) bool { return target == ErrAccountKey }

// missingError lists the keys that have no value.
type missingError struct {
	source string
	keys   []string
	hint   string // a likely reason, or ""
}

func (e *missingError) Error() string {
	return e.source + ": missing " + strings.Join(e.keys, ", ") + e.hint
}

// checked returns c as it is used for signing, or what is wrong with it.
func (c Credentials) checked() (Credentials, error) {
	return c.checkedAt(func(key string) string { return key })
}

// checkedAt is checked, with errors that name the place of a value in its file.
func (c Credentials) checkedAt(place func(key string) string) (Credentials, error) {
	source := c.Source
	if source == "" {
		source = "the credentials"
	}
	missing := &missingError{source: source}
	for _, key := range [...]struct {
		name  string
		value *string
	}{
		{keyHost, &c.Host},
		{keyClientToken, &c.ClientToken},
		{keyClientSecret, &c.ClientSecret},
		{keyAccessToken, &c.AccessToken},
		{keyAccountKey, &c.AccountKey},
	} {
		*key.value = trimValue(*key.value)
		if what := foreign(*key.value); what != "" {
			err := fmt.Errorf("%s, %s has %s in it", source, place(key.name), what)
			if key.name == keyAccountKey {
				err = &accountKeyError{err}
			}
			return Credentials{}, err
		}
		if *key.value == "" && key.name != keyAccountKey {
			missing.keys = append(missing.keys, key.name)
		}
	}
	if len(missing.keys) > 0 {
		return Credentials{}, missing
	}
	host, err := checkHost(c.Host)
	if err != nil {
		return Credentials{}, fmt.Errorf("%s, %s: %w", source, place(keyHost), err)
	}
	c.Host = host
	switch {
	case c.MaxBody == 0:
		c.MaxBody = edgegrid.MaxBodySize
	case c.MaxBody < 0:
		return Credentials{}, fmt.Errorf("%s, %s is negative", source, place(keyMaxBody))
	}
	return c, nil
}

// trimValue removes blanks, line breaks and one pair of quotes, which files and shells leave around a value.
func trimValue(s string) string {
	s = strings.TrimSpace(s)
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		s = strings.TrimSpace(s[1 : n-1])
	}
	return s
}

// foreign describes the first character that cannot be part of a credential; "" if there is none. It never
// prints a visible character, which may be part of the secret.
func foreign(value string) string {
	if what := unprintable(value); what != "" {
		return what
	}
	for _, r := range value {
		switch {
		case r == ' ':
			return "a blank"
		case r == '"' || r == '\'' || r == '`':
			return "a quote"
		case r > unicode.MaxASCII:
			return "a character that is not ASCII"
		}
	}
	return ""
}

// unprintable describes the first invisible character; "" if there is none.
func unprintable(s string) string {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			return "bytes that are not UTF-8"
		case unicode.IsControl(r):
			return fmt.Sprintf("the control character %U", r)
		case r != ' ' && !isVisible(r):
			return fmt.Sprintf("the invisible character %U", r)
		}
	}
	return ""
}

func isVisible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

var errNoHost = errors.New("it is not a host name; it looks like akab-….luna.akamaiapis.net")

// checkHost accepts a host with or without https:// and a trailing slash.
func checkHost(host string) (string, error) {
	if rest, ok := cutPrefixFold(host, "https://"); ok {
		host = rest
	} else if strings.Contains(host, "://") {
		return "", errors.New("only https is used; write the host without a scheme")
	}
	host = strings.TrimSuffix(host, "/")
	u, err := url.Parse("https://" + host)
	if err != nil || u.Host != host || u.User != nil || !isHostPort(u) || strings.HasPrefix(host, "-") {
		return "", errNoHost
	}
	return asciiLower(host), nil
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-_"

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// asciiLower is strings.ToLower for ASCII only: some other characters become ASCII letters when lowered.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
