package papi

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const masked = "***"

// How long a value has to be to be looked for in a text. The shorter it is, the
// more often the same letters stand there for something else.
const (
	secretAnywhere = 8 // at least so long: wherever it stands
	secretAlone    = 4 // at least so long: where no letter, digit, - or _ is next to it
)

// Scrub replaces the credentials in a text that came from outside: error
// documents repeat the URL of the request, and with it the account switch key.
// Values of less than eight characters are replaced only where they stand alone,
// and those of less than four only where their name stands before them, as in
// "accountSwitchKey=1-A".
func (c Credentials) Scrub(text string) string { return scrub(text, c.secrets()) }

func scrub(text string, secrets []secret) string {
	for _, s := range secrets {
		text = s.scrub(text)
	}
	const signature = "signature=" // of the request itself, which a proxy may send back
	if strings.Contains(text, signature) {
		text = regexp.MustCompile(signature+`[\w+/=-]+`).ReplaceAllString(text, signature+masked)
	}
	return text
}

// secret is a value that must not appear anywhere.
type secret struct {
	value string
	name  string // as it stands before the value in a URL or in the Authorization header
}

// secrets returns the values that must not appear, the longest first: one may be
// the beginning of another, of which the rest would stay.
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

// withSmallEscapes returns an escaped text with %2f in the place of %2F.
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

// standsBetween reports whether what stands between the two texts is the secret,
// and not a part of something else.
func (s secret) standsBetween(before, after string) bool {
	if endsInWord(before) || startsWithWord(after) {
		return false
	}
	return len(s.value) >= secretAlone || regexp.MustCompile(`(?i)`+s.name+`["']?\s{0,3}(=|%3D|:)\s{0,3}["']?$`).MatchString(before)
}

// endsInWord reports whether s ends in a part of a word, and not in an escape as
// %3D, which stands for something else.
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

// scrubError returns err, with its text replaced where it has a secret in it.
func (c Credentials) scrubError(err error) error {
	if text := c.Scrub(err.Error()); text != err.Error() {
		return scrubbedError{text: text, cause: err}
	}
	return err
}

// scrubbedError prints differently from its cause.
type scrubbedError struct {
	text  string
	cause error
}

func (e scrubbedError) Error() string { return e.text }
func (e scrubbedError) Unwrap() error { return e.cause }
