package papi

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// basePath is the root of the API. Links in answers often name version 0; the same resources exist in version
// 1.
const basePath = "/papi/v1"

// target is where a request goes: an escaped path below basePath, and a query.
type target struct {
	path    string
	query   url.Values
	outside bool  // the path is below the host, not below basePath
	problem error // why the target is not valid; nil if it is
}

func (t target) String() string {
	path := t.path
	if !t.outside {
		path = basePath + path
	}
	if len(t.query) == 0 {
		return path
	}
	return path + "?" + t.query.Encode()
}

// path returns the target of a resource below the property. Each segment is escaped, so that an id cannot
// change the path.
func (r PropertyRef) path(segments ...string) target {
	t := target{path: "/properties/" + r.PropertyID.segment(PrefixProperty), query: r.query()}
	for _, s := range segments {
		t.path += "/" + s
		if s == "" {
			t.problem = errNoID
		}
	}
	if r.PropertyID.segment(PrefixProperty) == "" {
		t.problem = fmt.Errorf("%w of a property: %q", errNoID, r.PropertyID)
	}
	return t
}

func (r PropertyRef) query() url.Values {
	q := url.Values{}
	if r.ContractID != "" {
		q.Set("contractId", string(r.ContractID.With(PrefixContract)))
	}
	if r.GroupID != "" {
		q.Set("groupId", string(r.GroupID.With(PrefixGroup)))
	}
	return q
}

// errNoID reports that a given id cannot be one.
var errNoID = errors.New("not an id")

// segment returns id as one path segment; "" if it is not an id or has another kind's prefix.
func (id ID) segment(prefix string) string {
	whole := id.With(prefix)
	if !id.Valid() || string(id) != id.Bare() && !strings.HasPrefix(string(id), prefix) {
		return ""
	}
	return url.PathEscape(string(whole))
}

// ActivationLink is the content of a link to an activation. Either Property or Include is set.
type ActivationLink struct {
	Property     PropertyRef
	Include      IncludeRef
	ActivationID ID
	// HostnameBucket reports that the link is to a change of a hostname bucket; read it with
	// [Client.HostnameActivation].
	HostnameBucket bool
}

const maxLink = 2048

// ParseActivationLink parses a link to an activation as PAPI returns it: a path or a URL, of any API version,
// with or without contract and group in its query. It may be of a property, an include, or a hostname bucket.
func ParseActivationLink(link string) (ActivationLink, error) {
	u, segments, err := splitLink(link)
	if err != nil {
		return ActivationLink{}, err
	}
	n := len(segments)
	if n < 4 {
		return ActivationLink{}, fmt.Errorf("%q is not a link to an activation", link)
	}
	of, collection := ID(segments[n-3]), segments[n-4]+"/"+segments[n-2]
	parsed := ActivationLink{ActivationID: ID(segments[n-1])}
	contract, group := ID(u.Query().Get("contractId")), ID(u.Query().Get("groupId"))
	switch collection {
	case "properties/activations", "properties/hostname-activations":
		parsed.Property = PropertyRef{PropertyID: of.With(PrefixProperty), ContractID: contract, GroupID: group}
		parsed.HostnameBucket = collection == "properties/hostname-activations"
	case "includes/activations":
		parsed.Include = IncludeRef{IncludeID: of.With(PrefixInclude), ContractID: contract, GroupID: group}
	default:
		return ActivationLink{}, fmt.Errorf("%q is not a link to an activation", link)
	}
	return parsed, nil
}

// versionFromLink returns the version number at the end of a link to a version.
func versionFromLink(link string) (int, error) {
	_, segments, err := splitLink(link)
	if err != nil {
		return 0, err
	}
	n := len(segments)
	if n < 2 || segments[n-2] != "versions" {
		return 0, fmt.Errorf("%q is not a link to a version", link)
	}
	v, err := strconv.Atoi(segments[n-1])
	if err != nil || v < 1 {
		return 0, fmt.Errorf("%q does not end in a version number", link)
	}
	return v, nil
}

func splitLink(link string) (*url.URL, []string, error) {
	if link == "" {
		return nil, nil, errors.New("the link is empty")
	}
	if len(link) > maxLink {
		return nil, nil, errors.New("the link is too long")
	}
	u, err := url.Parse(link)
	if err != nil {
		return nil, nil, fmt.Errorf("%q is not a link", link)
	}
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || !isID(plain) {
			return nil, nil, fmt.Errorf("%q is not a link of PAPI", link)
		}
		segments[i] = plain
	}
	return u, segments, nil
}

const maxID = 128

// isID reports whether s can be an id or another plain segment of a path.
func isID(s string) bool {
	if s == "" || len(s) > maxID || s == "." || s == ".." {
		return false
	}
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '.', r == ':':
		default:
			return false
		}
	}
	return true
}

// Valid reports whether id has the form of an id. The client refuses others before sending anything.
func (id ID) Valid() bool { return isID(string(id)) }
