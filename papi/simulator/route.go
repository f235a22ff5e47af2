package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// route is a path that the simulator knows, taken apart. A route without an
// operation is one that it does not know (allow is nil) or not by that method.
type route struct {
	endpoint

	allow  []string
	params map[string]string // what the path names; ids are bare
}

// pattern is an endpoint whose path has been split.
type pattern struct {
	endpoint

	segments []string
}

func patterns() []pattern {
	var all []pattern
	for _, e := range endpoints() {
		all = append(all, pattern{e, strings.Split(e.path, "/")})
	}
	return all
}

// route takes the first pattern that fits; the others of the same path are its
// other methods. A slash at the end makes no difference.
func (s *Simulator) route(method, path string) route {
	path = strings.TrimSuffix(path, "/")
	rest := ""
	for _, base := range []string{"/papi/v1/", "/papi/v0/"} {
		if found, ok := strings.CutPrefix(path, base); ok {
			rest = found
		}
	}
	if rest == "" {
		rest = path // of another API of the gateway
	}
	segments := strings.Split(rest, "/")
	var r route
	fits := ""
	for _, p := range s.table {
		if fits != "" && p.path != fits {
			continue
		}
		params, ok := p.match(segments)
		if !ok {
			continue
		}
		fits, r.params = p.path, params
		r.allow = append(r.allow, p.method)
		if p.method == method {
			r.endpoint = p.endpoint
		}
	}
	slices.Sort(r.allow)
	return r
}

// match returns what the segments name, if they fit the pattern.
func (p *pattern) match(segments []string) (map[string]string, bool) {
	if len(p.segments) != len(segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range p.segments {
		if !strings.HasPrefix(want, "{") {
			if want != segments[i] {
				return nil, false
			}
			continue
		}
		name := strings.Trim(want, "{}")
		bare := bareID(prefixes()[name], segments[i])
		if bare == "" {
			return nil, false
		}
		params[name] = bare
	}
	return params, true
}

// prefixes are those of the ids in paths.
func prefixes() map[string]string {
	return map[string]string{
		"property": "prp_", "include": "inc_", "activation": "atv_", "cpcode": "cpc_", "edge": "ehn_",
		"product": "prd_", "behavior": "cbe_", "override": "cbo_",
	}
}

// named returns what the path has in the place of a parameter.
func (c *call) named(parameter string) string { return c.route.params[parameter] }

// Methods by a short name, for the table of endpoints.
const (
	get   = http.MethodGet
	head  = http.MethodHead
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
)
