package settings

import (
	"net/url"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// Servers are the servers that a flag names, with commas between them. A password may be
// in their URLs, so as the value of a flag they show scheme and host only.
type Servers struct{ URL string }

// Type implements pflag.Value.
func (*Servers) Type() string { return "string" }

// Set implements pflag.Value.
func (s *Servers) Set(text string) error {
	s.URL = strings.TrimSpace(text)
	return nil
}

// check finds what names no servers. Its error does not tell the value, which may have a
// secret.
func (s *Servers) check() error {
	if s.URL == "" {
		return nil
	}
	for one := range strings.SplitSeq(s.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		if err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "" || len(s.URL) > maxURL ||
			strings.ContainsFunc(u.Host, term.IsUnsafe) || cutShort(u) {
			return catalogue.Usagef("--coordinator has to name servers, such as nats://nats.example.com:4222 or tls://user:password@nats.example.com; in a password / is %%2F, as in all URLs")
		}
	}
	return nil
}

// String returns them without their secrets.
func (s *Servers) String() string {
	if s.URL == "" {
		return ""
	}
	var all []string
	for one := range strings.SplitSeq(s.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		if err != nil || u.Host == "" || cutShort(u) {
			return "…"
		}
		all = append(all, term.Clean(u.Scheme+"://"+u.Host, term.MaxName))
	}
	return strings.Join(all, ",")
}

// cutShort reports whether a password has a character that ends what is before a path, so that its beginning passes
// for the host and the port.
func cutShort(u *url.URL) bool { return strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") }
