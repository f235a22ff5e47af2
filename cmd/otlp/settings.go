package otlp

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/term"
)

// Traces are set up by the variables that all programs with OpenTelemetry share.
// They may be meant for another one, so what is wrong with them is a warning.

// traceSettings say where a trace goes, and what it belongs to.
type traceSettings struct {
	url        string
	header     http.Header // values are secrets
	timeout    time.Duration
	service    string
	attributes []pair
	context    traceContext
}

// traceContext is where the root span belongs.
type traceContext struct {
	trace, parent string // parent is empty where the trace begins here
	state         string
}

const defaultTraceTimeout = 10 * time.Second

// traceSettingsOf reads the variables. It returns nil where no trace is wanted, and
// an error where one is, and cannot be.
func traceSettingsOf(e term.Env) (*traceSettings, error) {
	to, variable := traceEndpoint(e)
	disabled, _ := e.Lookup("OTEL_SDK_DISABLED")
	exporter, _ := e.Lookup("OTEL_TRACES_EXPORTER")
	if to == "" || strings.EqualFold(disabled, "true") || strings.EqualFold(exporter, "none") {
		return nil, nil //nolint:nilnil // nothing is wanted
	}
	within, sampled := traceContextOf(e)
	if !sampled {
		return nil, nil //nolint:nilnil // whoever began the trace does not want it
	}
	s := &traceSettings{timeout: traceTimeout(e), context: within}
	if protocol := ofTraces(e, "PROTOCOL"); protocol == "grpc" {
		return nil, errors.New("no trace was sent: OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc; " +
			"give OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json with the endpoint for it, or OTEL_TRACES_EXPORTER=none")
	}
	if err := checkTraceEndpoint(to); err != nil {
		return nil, fmt.Errorf("no trace was sent: %s %w", variable, err)
	}
	s.url = to
	var err error
	if s.header, err = traceHeader(ofTraces(e, "HEADERS")); err != nil {
		return nil, fmt.Errorf("no trace was sent: OTEL_EXPORTER_OTLP_HEADERS %w", err)
	}
	attributes, _ := e.Lookup("OTEL_RESOURCE_ATTRIBUTES")
	if s.attributes, err = pairs(attributes); err != nil {
		s.attributes = nil // as the specification says: all or nothing
	}
	s.service, _ = e.Lookup("OTEL_SERVICE_NAME")
	return s, nil
}

// ofTraces returns a variable of the exporter; the one that is for traces only counts first.
func ofTraces(e term.Env, name string) string {
	own, _ := e.Lookup("OTEL_EXPORTER_OTLP_TRACES_" + name)
	shared, _ := e.Lookup("OTEL_EXPORTER_OTLP_" + name)
	return strings.TrimSpace(cmp.Or(own, shared))
}

// traceEndpoint returns where traces go, and which variable says so. One for
// traces is taken as it is; to one for all signals the path of traces is added.
func traceEndpoint(e term.Env) (to, variable string) {
	const own, shared = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
	if to, ok := e.Lookup(own); ok {
		return strings.TrimSpace(to), own
	}
	to, ok := e.Lookup(shared)
	if u, err := url.Parse(strings.TrimSpace(to)); ok && err == nil && u.Host != "" {
		return u.JoinPath("v1", "traces").String(), shared
	}
	return to, shared
}

// checkTraceEndpoint differs from checkEndpoint in that collectors inside a
// network are reached over http.
func checkTraceEndpoint(to string) error {
	u, err := url.Parse(to)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return errors.New("is not an http or https URL")
	case u.User != nil:
		return errors.New("has a user or a password in it; they belong to OTEL_EXPORTER_OTLP_HEADERS")
	}
	return nil
}

// traceTimeout is in milliseconds; nonsense counts as absent.
func traceTimeout(e term.Env) time.Duration {
	n, err := strconv.ParseUint(ofTraces(e, "TIMEOUT"), 10, 31)
	if err != nil || n == 0 {
		return defaultTraceTimeout
	}
	return time.Duration(n) * time.Millisecond
}

// traceContextOf reads TRACEPARENT, and whether the trace is to be recorded. A value that is not valid begins a new
// trace.
func traceContextOf(e term.Env) (c traceContext, sampled bool) {
	parent, _ := e.Lookup("TRACEPARENT")
	fields := strings.Split(strings.TrimSpace(parent), "-")
	if !isTraceParent(fields) {
		return traceContext{trace: randomHex(traceIDBytes)}, true
	}
	c = traceContext{trace: fields[1], parent: fields[2]}
	if state, _ := e.Lookup("TRACESTATE"); len(state) <= maxTraceState && isPrintable(state) {
		c.state = state
	}
	flags, _ := strconv.ParseUint(fields[3], 16, 8)
	return c, flags&flagSampled != 0
}

const maxTraceState = 512

// isTraceParent checks version, trace, parent and flags. What comes after them in
// versions that are not known yet is left alone.
func isTraceParent(fields []string) bool {
	if len(fields) < 4 || fields[0] == "ff" || fields[0] == "00" && len(fields) != 4 {
		return false
	}
	for i, digits := range []int{2, 2 * traceIDBytes, 2 * spanIDBytes, 2} {
		if len(fields[i]) != digits || strings.Trim(fields[i], "0123456789abcdef") != "" {
			return false
		}
	}
	return strings.Trim(fields[1], "0") != "" && strings.Trim(fields[2], "0") != ""
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// pair is a name and its value.
type pair struct{ name, value string }

// pairs reads name=value, with commas between several and values that are
// percent-encoded. Its errors have nothing of the values.
func pairs(text string) ([]pair, error) {
	var all []pair
	for one := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(one) == "" {
			continue
		}
		name, value, ok := strings.Cut(one, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, fmt.Errorf("has an entry that is not name=value, number %d", len(all)+1)
		}
		all = append(all, pair{name, value})
	}
	return all, nil
}

// traceHeader reads the headers of each request. Those that say how the body is encoded cannot be changed.
func traceHeader(text string) (http.Header, error) {
	all, err := pairs(text)
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	for i, p := range all {
		if !isToken(p.name) || !isPrintable(p.value) {
			return nil, fmt.Errorf("has an entry that is no header, number %d", i+1)
		}
		switch name := http.CanonicalHeaderKey(p.name); name {
		case "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Host", "User-Agent":
		default:
			h.Set(name, p.value)
		}
	}
	return h, nil
}

// isToken reports whether a text can be the name of a header.
func isToken(s string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune(marks, r)
	})
}

// resource returns the resource attributes of the trace.
func (s *traceSettings) resource(version string) []spanAttribute {
	all := slices.Clone(s.attributes)
	set := func(name, value string, over bool) {
		i := slices.IndexFunc(all, func(p pair) bool { return p.name == name })
		switch {
		case value == "":
		case i < 0:
			all = append(all, pair{name, value})
		case over:
			all[i].value = value
		}
	}
	set("service.name", s.service, true)
	set("service.name", "propctl", false)
	set("service.version", version, false)
	set("telemetry.sdk.name", "propctl", true)
	set("telemetry.sdk.language", "go", true)
	set("telemetry.sdk.version", version, true)
	var attributes []spanAttribute
	for i, p := range all {
		if slices.IndexFunc(all, func(other pair) bool { return other.name == p.name }) == i { // keys are unique
			attributes = append(attributes, textAttribute(term.Clean(p.name, term.MaxName), p.value))
		}
	}
	return attributes
}
