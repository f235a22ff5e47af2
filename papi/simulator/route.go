package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// route is a matched path. Without an operation, either the path is unknown (allow is nil), or the method is
// not allowed.
type route struct {
	endpoint

	allow  []string
	params map[string]string // values of the path's parameters; ids are bare
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

// route returns the first pattern that matches; the others with the same path are its other methods. A trailing
// slash is ignored.
func (s *Simulator) route(method, path string) route {
	path = strings.TrimSuffix(path, "/")
	rest := ""
	for _, base := range []string{"/papi/v1/", "/papi/v0/"} {
		if found, ok := strings.CutPrefix(path, base); ok {
			rest = found
		}
	}
	if rest == "" {
		rest = path // belongs to another API of the gateway
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

// match returns the path's parameters, if the segments match the pattern.
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

// prefixes are the prefixes of the ids in paths.
func prefixes() map[string]string {
	return map[string]string{
		"property": "prp_", "include": "inc_", "activation": "atv_", "cpcode": "cpc_", "edge": "ehn_",
		"product": "prd_", "behavior": "cbe_", "override": "cbo_",
	}
}

// named returns the value of a path parameter.
func (c *call) named(parameter string) string { return c.route.params[parameter] }

// Short names of methods, for the table of endpoints.
const (
	get   = http.MethodGet
	head  = http.MethodHead
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
)
