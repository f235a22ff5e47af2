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
	OpGroups    Operation = "groups"    // GET  /groups
	OpGrants    Operation = "grants"    // GET  /-/client-api/active-grants/implicit, which is not below /papi

	OpProperties Operation = "properties" // GET /properties
	OpIncludes   Operation = "includes"   // GET /includes

	OpCreateVersion  Operation = "create-version"  // POST  /properties/{id}/versions
	OpPatchHostnames Operation = "patch-hostnames" // PATCH /properties/{id}/versions/{n}/hostnames

	OpBucket              Operation = "bucket"               // GET    /properties/{id}/hostnames
	OpPatchBucket         Operation = "patch-bucket"         // PATCH  of the same
	OpHostnameActivations Operation = "hostname-activations" // GET    /properties/{id}/hostname-activations
	OpHostnamePoll        Operation = "hostname-poll"        // GET    /properties/{id}/hostname-activations/{id}
	OpHostnameCancel      Operation = "hostname-cancel"      // DELETE of the same

	OpInclude         Operation = "include"          // GET    /includes/{id}
	OpIncludeVersions Operation = "include-versions" // GET    /includes/{id}/versions
	OpIncludeVersion  Operation = "include-version"  // GET    /includes/{id}/versions/{n}
	OpIncludeLatest   Operation = "include-latest"   // GET    /includes/{id}/versions/latest
	OpIncludeRules    Operation = "include-rules"    // GET    /includes/{id}/versions/{n}/rules
	OpIncludeList     Operation = "include-list"     // GET    /includes/{id}/activations
	OpIncludeSubmit   Operation = "include-submit"   // POST   /includes/{id}/activations
	OpIncludePoll     Operation = "include-poll"     // GET    /includes/{id}/activations/{id}
	OpIncludeCancel   Operation = "include-cancel"   // DELETE of the same
)

// Operations returns all operations, OpAny first.
func Operations() []Operation {
	all := []Operation{OpAny}
	for _, e := range endpoints() {
		all = append(all, e.operation)
	}
	return all
}

// route is a path that the simulator knows, taken apart. A route without an
// operation is one that it does not know (allow is nil) or not by that method.
type route struct {
	endpoint

	allow []string
	// What the path names; ids are bare.
	property, include, version, activation string
}

func newRoute(method, path string) route {
	for _, base := range []string{"/papi/v1/", "/papi/v0/"} {
		if rest, ok := strings.CutPrefix(path, base); ok {
			return findRoute(method, strings.Split(rest, "/"))
		}
	}
	if path == grantsPath {
		return findRoute(method, strings.Split(path, "/"))
	}
	return route{}
}

// findRoute takes the first pattern that fits; the others of the same pattern are
// its other methods.
func findRoute(method string, segments []string) route {
	var r route
	pattern := ""
	for _, e := range endpoints() {
		if pattern != "" && e.path != pattern || !r.match(e.path, segments) {
			continue
		}
		pattern = e.path
		r.allow = append(r.allow, e.method)
		if e.method == method {
			r.endpoint = e
		}
	}
	slices.Sort(r.allow)
	return r
}

// match keeps what the segments name, if they fit the pattern.
func (r *route) match(pattern string, segments []string) bool {
	want := strings.Split(pattern, "/")
	if len(want) != len(segments) {
		return false
	}
	found := *r
	for i, segment := range segments {
		switch want[i] {
		case "{property}":
			found.property = bareID("prp_", segment)
		case "{include}":
			found.include = bareID("inc_", segment)
		case "{version}":
			found.version = segment
		case "{activation}":
			found.activation = bareID("atv_", segment)
		case segment:
			continue
		default:
			return false
		}
		if segment == "" {
			return false
		}
	}
	*r = found
	return true
}

// creates reports whether the answer to a success is 201.
func (o Operation) creates() bool {
	return slices.Contains([]Operation{OpSubmit, OpCreateVersion, OpPatchBucket, OpIncludeSubmit}, o)
}

// Methods by a short name, for the table of endpoints.
const (
	get   = http.MethodGet
	post  = http.MethodPost
	patch = http.MethodPatch
	del   = http.MethodDelete
)
