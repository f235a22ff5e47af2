package papi

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const masked = "***"

// The minimal length of a value that is searched for in a text. The shorter a value, the more likely it is a
// coincidence.
const (
	secretAnywhere = 8 // from this length on: anywhere
	secretAlone    = 4 // from this length on: only with no letter, digit, - or _ next to it
)

// Scrub masks the credentials in a text from outside: error documents repeat the URL of the request, which
// contains the account switch key. Values of less than eight characters are masked only where they stand alone,
// and those of less than four only after their name, as in "accountSwitchKey=1-A".
func (c Credentials) Scrub(text string) string { return scrub(text, c.secrets()) }

func scrub(text string, secrets []secret) string {
	for _, s := range secrets {
		text = s.scrub(text)
	}
	const signature = "signature=" // of the request itself, which a proxy may echo
	if strings.Contains(text, signature) {
		text = regexp.MustCompile(signature+`[\w+/=-]+`).ReplaceAllString(text, signature+masked)
	}
	return text
}

// secret is a value that must not appear in any output.
type secret struct {
	value string
	name  string // what precedes the value in a URL or in the Authorization header
}

// secrets returns the values to mask, longest first, because one may be a prefix of another.
func (c Credentials) secrets() []secret {
	all := []secret{
		{c.ClientSecret, keyClientSecret}, {c.ClientToken, keyClientToken}, {c.AccessToken, keyAccessToken}, {c.AccountKey, "accountSwitchKey"},
	}
	for _, s := range all {
		for _, escaped := range [...]string{url.QueryEscape(s.value), url.PathEscape(s.value)} {
			all = append(all, secret{escaped, s.name}, secret{withSmallEscapes(escaped), s.name})
		}
	}
	all = slices.DeleteFunc(all, func(s secret) bool { return s.value == "" })
	slices.SortStableFunc(all, func(a, b secret) int { return cmp.Compare(len(b.value), len(a.value)) })
	return slices.Compact(all)
}

// withSmallEscapes returns an escaped text with lower-case escapes: %2f instead of %2F.
func withSmallEscapes(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(escaped, strings.ToLower)
}

func (s secret) scrub(text string) string {
	switch {
	case !strings.Contains(text, s.value):
		return text
	case len(s.value) >= secretAnywhere:
		return strings.ReplaceAll(text, s.value, masked)
	}
	var b strings.Builder
	for start := 0; ; {
		i := strings.Index(text[start:], s.value)
		if i < 0 {
			return b.String() + text[start:]
		}
		before, end := text[:start+i], start+i+len(s.value)
		b.WriteString(text[start : start+i])
		if s.standsBetween(before, text[end:]) {
			b.WriteString(masked)
		} else {
			b.WriteString(s.value)
		}
		start = end
	}
}

// standsBetween reports whether the text between before and after is the secret, and not part of a longer word.
func (s secret) standsBetween(before, after string) bool {
	if endsInWord(before) || startsWithWord(after) {
		return false
	}
	return len(s.value) >= secretAlone || regexp.MustCompile(`(?i)`+s.name+`["']?\s{0,3}(=|%3D|:)\s{0,3}["']?$`).MatchString(before)
}

// endsInWord reports whether s ends within a word. An escape such as %3D is not part of one.
func endsInWord(s string) bool {
	if n := len(s); n >= 3 && s[n-3] == '%' {
		return false
	}
	return s != "" && isWord(s[len(s)-1])
}

func startsWithWord(s string) bool { return s != "" && isWord(s[0]) }

func isWord(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// scrubError returns err, with its text masked if it contains a secret.
func (c Credentials) scrubError(err error) error {
	if text := c.Scrub(err.Error()); text != err.Error() {
		return scrubbedError{text: text, cause: err}
	}
	return err
}

// scrubbedError has another text than its cause.
type scrubbedError struct {
	text  string
	cause error
}

func (e scrubbedError) Error() string { return e.text }
func (e scrubbedError) Unwrap() error { return e.cause }
