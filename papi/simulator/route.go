package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// Operation names what a request is for: faults are addressed to it, and the log has it.
type Operation string

// The operations that a Simulator knows. OpAny stands for all of them, known or not.
const (
	OpAny       Operation = "any"
	OpSearch    Operation = "search"    // POST /search/find-by-value
	OpList      Operation = "list"      // GET  /properties/{id}/activations
	OpSubmit    Operation = "submit"    // POST /properties/{id}/activations
	OpPoll      Operation = "poll"      // GET  /properties/{id}/activations/{id}
	OpCancel    Operation = "cancel"    // DELETE of the same
	OpProperty  Operation = "property"  // GET  /properties/{id}
	OpVersions  Operation = "versions"  // GET  /properties/{id}/versions
	OpVersion   Operation = "version"   // GET  /properties/{id}/versions/{n}
	OpLatest    Operation = "latest"    // GET  /properties/{id}/versions/latest
	OpRules     Operation = "rules"     // GET  /properties/{id}/versions/{n}/rules
	OpHostnames Operation = "hostnames" // GET  /properties/{id}/versions/{n}/hostnames
	OpBuild     Operation = "build"     // GET  /build
	OpContracts Operation = "contracts" // GET  /contracts
)

// Operations returns all operations, OpAny first.
func Operations() []Operation {
	return []Operation{
		OpAny, OpSearch, OpList, OpSubmit, OpPoll, OpCancel, OpProperty, OpVersions,
		OpVersion, OpLatest, OpRules, OpHostnames, OpBuild, OpContracts,
	}
}

// route is a path that the simulator knows, taken apart. A route without an
// operation is one that it does not know (allow is nil) or not by that method.
type route struct {
	operation  Operation
	allow      []string
	property   string // bare id
	version    string
	activation string // bare id
}

type methods map[string]Operation

func newRoute(method, path string) route {
	for _, base := range []string{"/papi/v1/", "/papi/v0/"} {
		if rest, ok := strings.CutPrefix(path, base); ok {
			r, known := matchPath(strings.Split(rest, "/"))
			r.operation = known[method]
			for allowed := range known {
				r.allow = append(r.allow, allowed)
			}
			slices.Sort(r.allow)
			return r
		}
	}
	return route{}
}

func matchPath(segments []string) (route, methods) {
	switch strings.Join(segments, "/") {
	case "build":
		return route{}, methods{http.MethodGet: OpBuild}
	case "contracts":
		return route{}, methods{http.MethodGet: OpContracts}
	case "search/find-by-value":
		return route{}, methods{http.MethodPost: OpSearch}
	}
	if segments[0] != "properties" || len(segments) < 2 || segments[1] == "" {
		return route{}, nil
	}
	r := route{property: bareID("prp_", segments[1])}
	if len(segments) == 2 {
		return r, methods{http.MethodGet: OpProperty}
	}
	switch segments[2] {
	case "activations":
		return matchActivation(r, segments[3:])
	case "versions":
		return matchVersion(r, segments[3:])
	default:
		return r, nil
	}
}

func matchActivation(r route, tail []string) (route, methods) {
	switch len(tail) {
	case 0:
		return r, methods{http.MethodGet: OpList, http.MethodPost: OpSubmit}
	case 1:
		r.activation = bareID("atv_", tail[0])
		return r, methods{http.MethodGet: OpPoll, http.MethodDelete: OpCancel}
	default:
		return r, nil
	}
}

func matchVersion(r route, tail []string) (route, methods) {
	if len(tail) > 0 {
		r.version = tail[0]
	}
	switch {
	case len(tail) == 0:
		return r, methods{http.MethodGet: OpVersions}
	case len(tail) == 1 && tail[0] == "latest":
		return r, methods{http.MethodGet: OpLatest}
	case len(tail) == 1:
		return r, methods{http.MethodGet: OpVersion}
	case len(tail) == 2 && tail[1] == "rules":
		return r, methods{http.MethodGet: OpRules}
	case len(tail) == 2 && tail[1] == "hostnames":
		return r, methods{http.MethodGet: OpHostnames}
	default:
		return r, nil
	}
}
