package papi

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/edgegrid"
)

// Credentials are what EdgeGrid signs with. They print without their secrets.
type Credentials struct {
	Host          string // without scheme
	ClientToken   string `json:"-"`
	ClientSecret  string `json:"-"`
	AccessToken   string `json:"-"`
	AccountKey    string `json:"-"` // account switch key; empty for the API client's own account
	MaxBody       int    // bytes of a POST that are signed; 0 means edgegrid's 131072
	HeadersToSign []string
	// Source says where they came from, for messages: a file and section, or
	// the environment. Section is the section's name alone, and empty where
	// there are none.
	Source, Section string
}

// String returns the host and where the credentials came from.
func (c Credentials) String() string { return c.Host + " (" + c.Source + ")" }

// GoString is String: %#v must not print secrets either.
func (c Credentials) GoString() string { return c.String() }

// LogValue is String, for log/slog.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Names of the four keys that every credential has.
const (
	keyHost         = "host"
	keyClientToken  = "client_token"
	keyClientSecret = "client_secret"
	keyAccessToken  = "access_token"
)

// ErrNoSection says that a credentials file does not have the section.
var ErrNoSection = errors.New("no section")

const maxEdgerc = 1 << 20

// CredentialsFromFile reads a section of an .edgerc file. The warnings are
// about what works but should not be so.
func CredentialsFromFile(path, section string) (c Credentials, warnings []string, err error) {
	warnings, sections, err := inspectEdgerc(path)
	if err != nil {
		return Credentials{}, nil, err
	}
	var config edgegrid.Config
	err = config.FromFile(absolute(path), section)
	switch {
	case errors.Is(err, edgegrid.ErrSectionDoesNotExist):
		return Credentials{}, warnings, fmt.Errorf("%s has %w %q; it has %s", path, ErrNoSection, section, listed(sections))
	case err != nil && !errors.Is(err, edgegrid.ErrRequiredOptionEdgerc):
		// The library's message would quote the line, and with it a secret.
		return Credentials{}, warnings, fmt.Errorf("%s cannot be read as an .edgerc file, near section %q", path, section)
	}
	c = Credentials{
		Host: config.Host, ClientToken: config.ClientToken, ClientSecret: config.ClientSecret,
		AccessToken: config.AccessToken, AccountKey: config.AccountKey, MaxBody: config.MaxBody,
		HeadersToSign: config.HeaderToSign, Source: fmt.Sprintf("section %q of %s", section, path), Section: section,
	}
	c, err = c.checked()
	return c, warnings, err
}

// inspectEdgerc looks at the file before the library does, and returns the
// names of its sections.
func inspectEdgerc(path string) (warnings, sections []string, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("credentials file: %w", err)
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("credentials file %s is not a regular file", path)
	case info.Size() > maxEdgerc:
		return nil, nil, fmt.Errorf("credentials file %s is larger than 1 MiB", path)
	}
	if isReadableByOthers(info) {
		warnings = append(warnings, fmt.Sprintf("%s can be read by others; run: chmod 600 %s", path, path))
	}
	data, err := os.ReadFile(path) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, nil, fmt.Errorf("credentials file: %w", err)
	}
	if bytes.ContainsRune(data, 0) {
		return nil, nil, fmt.Errorf("credentials file %s is not a text file", path)
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if name, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(name, "]") {
			sections = append(sections, strings.TrimSuffix(name, "]"))
		}
	}
	return warnings, sections, nil
}

// absolute keeps the library from expanding a ~ that is part of a file's name.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, strconv.Quote(name))
	}
	return strings.Join(quoted, ", ")
}

// Sections returns the names of the sections of an .edgerc file, in its order.
func Sections(path string) ([]string, error) {
	_, sections, err := inspectEdgerc(path)
	return sections, err
}

// CredentialsFromEnv reads AKAMAI_HOST and its sisters, or
// AKAMAI_<SECTION>_HOST and its sisters for a section other than "default".
// found is false where none of them is set.
func CredentialsFromEnv(section string, lookup func(string) (string, bool)) (c Credentials, found bool, err error) {
	prefix := "AKAMAI_"
	if section != edgegrid.DefaultSection && section != "" {
		prefix += strings.ToUpper(section) + "_"
	}
	get := func(key string) string {
		value, _ := lookup(prefix + strings.ToUpper(key))
		return strings.TrimSpace(value)
	}
	c = Credentials{
		Host: get(keyHost), ClientToken: get(keyClientToken), ClientSecret: get(keyClientSecret),
		AccessToken: get(keyAccessToken), AccountKey: get("account_key"), Source: "environment, " + prefix + "…", Section: cmp.Or(section, edgegrid.DefaultSection),
	}
	if c.Host == "" && c.ClientToken == "" && c.ClientSecret == "" && c.AccessToken == "" {
		return Credentials{}, false, nil
	}
	if s := get("max_body"); s != "" {
		if c.MaxBody, err = strconv.Atoi(s); err != nil {
			return Credentials{}, true, fmt.Errorf("%sMAX_BODY is not a number", prefix)
		}
	}
	c, err = c.checked()
	return c, true, err
}

// checked returns c with its host in the form that is signed, or what is wrong
// with c.
func (c Credentials) checked() (Credentials, error) {
	source := c.Source
	if source == "" {
		source = "the credentials"
	}
	var absent []string
	for _, key := range [...]struct{ name, value string }{
		{keyHost, c.Host},
		{keyClientToken, c.ClientToken},
		{keyClientSecret, c.ClientSecret},
		{keyAccessToken, c.AccessToken},
	} {
		if strings.TrimSpace(key.value) == "" {
			absent = append(absent, key.name)
		} else if strings.ContainsFunc(key.value, isControl) {
			return Credentials{}, fmt.Errorf("%s: %s contains a control character", source, key.name)
		}
	}
	if len(absent) > 0 {
		return Credentials{}, fmt.Errorf("%s: missing %s", source, strings.Join(absent, ", "))
	}
	host, err := checkHost(c.Host)
	if err != nil {
		return Credentials{}, fmt.Errorf("%s: %w", source, err)
	}
	c.Host = host
	switch {
	case c.MaxBody == 0:
		c.MaxBody = edgegrid.MaxBodySize
	case c.MaxBody < 0:
		return Credentials{}, fmt.Errorf("%s: max_body is negative", source)
	}
	return c, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// checkHost accepts a host with or without https:// and a slash at its end.
func checkHost(host string) (string, error) {
	host = strings.TrimSpace(host)
	if rest, ok := cutPrefixFold(host, "https://"); ok {
		host = rest
	} else if strings.Contains(host, "://") {
		return "", errors.New("host: only https is used; write the host without a scheme")
	}
	host = strings.TrimSuffix(host, "/")
	u, err := url.Parse("https://" + host)
	if err != nil || u.Host != host || u.Hostname() == "" || u.User != nil {
		return "", errors.New("host is not a host name; it looks like akab-….luna.akamaiapis.net")
	}
	if name := u.Hostname(); net.ParseIP(name) == nil && strings.Trim(strings.ToLower(name), hostCharacters) != "" {
		return "", errors.New("host is not a host name; it looks like akab-….luna.akamaiapis.net")
	}
	return strings.ToLower(host), nil
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-_"

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
