package simulator

// Operation is the kind of a request. Faults select requests by it, and the log shows it.
type Operation string

// The operations of a Simulator. OpAny stands for all of them, and for unknown ones.
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

// The operations for creating properties and editing rules.
const (
	OpCreateProperty Operation = "create-property" // POST   /properties
	OpDeleteProperty Operation = "delete-property" // DELETE /properties/{id}
	OpSetRules       Operation = "set-rules"       // PUT    /properties/{id}/versions/{n}/rules
	OpPatchRules     Operation = "patch-rules"     // PATCH  of the same
	OpHeadRules      Operation = "head-rules"      // HEAD   of the same
	OpSetHostnames   Operation = "set-hostnames"   // PUT    /properties/{id}/versions/{n}/hostnames
	OpBehaviors      Operation = "behaviors"       // GET    /properties/{id}/versions/{n}/available-behaviors
	OpCriteria       Operation = "criteria"        // GET    /properties/{id}/versions/{n}/available-criteria
	OpExternal       Operation = "external"        // GET    /properties/{id}/versions/{n}/external-resources
	OpUsedIncludes   Operation = "used-includes"   // GET    /properties/{id}/versions/{n}/includes
	OpHostnamesDiff  Operation = "hostnames-diff"  // GET    /properties/{id}/hostnames/diff

	OpCreateInclude        Operation = "create-include"         // POST   /includes
	OpDeleteInclude        Operation = "delete-include"         // DELETE /includes/{id}
	OpIncludeParents       Operation = "include-parents"        // GET    /includes/{id}/parents
	OpCreateIncludeVersion Operation = "create-include-version" // POST   /includes/{id}/versions
	OpSetIncludeRules      Operation = "set-include-rules"      // PUT    /includes/{id}/versions/{n}/rules
	OpPatchIncludeRules    Operation = "patch-include-rules"    // PATCH  of the same
	OpHeadIncludeRules     Operation = "head-include-rules"     // HEAD   of the same
	OpIncludeBehaviors     Operation = "include-behaviors"      // GET    /includes/{id}/versions/{n}/available-behaviors
	OpIncludeCriteria      Operation = "include-criteria"       // GET    /includes/{id}/versions/{n}/available-criteria
	OpIncludeValidation    Operation = "include-validation"     // GET    /includes/validation-results/…

	OpSettings           Operation = "settings"             // GET  /client-settings
	OpSetSettings        Operation = "set-settings"         // PUT  /client-settings
	OpProducts           Operation = "products"             // GET  /products
	OpUseCases           Operation = "use-cases"            // GET  /products/{id}/mapping-use-cases
	OpRuleFormats        Operation = "rule-formats"         // GET  /rule-formats
	OpRuleSchema         Operation = "rule-schema"          // GET  /schemas/products/{id}/{format}
	OpRequestSchema      Operation = "request-schema"       // GET  /schemas/request/{file}
	OpCPCodes            Operation = "cpcodes"              // GET  /cpcodes
	OpCPCode             Operation = "cpcode"               // GET  /cpcodes/{id}
	OpCreateCPCode       Operation = "create-cpcode"        // POST /cpcodes
	OpCPCodeDetail       Operation = "cpcode-detail"        // GET  /cprg/v1/cpcodes/{id}, which is not below /papi
	OpSetCPCodeDetail    Operation = "set-cpcode-detail"    // PUT  of the same
	OpEdgeHostnames      Operation = "edge-hostnames"       // GET  /edgehostnames
	OpEdgeHostname       Operation = "edge-hostname"        // GET  /edgehostnames/{id}
	OpCreateEdgeHostname Operation = "create-edge-hostname" // POST /edgehostnames
	OpEdgeDetail         Operation = "edge-detail"          // GET /hapi/v1/edge-hostnames/{id}, which is not below /papi
	OpEditEdge           Operation = "edit-edge"            // PATCH /hapi/v1/dns-zones/{zone}/edge-hostnames/{record}
	OpDeleteEdge         Operation = "delete-edge"          // DELETE of the same
	OpEdgeChange         Operation = "edge-change"          // GET /hapi/v1/change-requests/{id}
	OpCustomBehaviors    Operation = "custom-behaviors"     // GET  /custom-behaviors
	OpCustomBehavior     Operation = "custom-behavior"      // GET  /custom-behaviors/{id}
	OpCustomOverrides    Operation = "custom-overrides"     // GET  /custom-overrides
	OpCustomOverride     Operation = "custom-override"      // GET  /custom-overrides/{id}
	OpAccountHostnames   Operation = "account-hostnames"    // GET  /hostnames
	OpAuditHistory       Operation = "audit-history"        // GET  /hostnames/{name}/audit-history
	OpCertificates       Operation = "certificates"         // POST /hostnames/certificate-challenges
	OpDomainChallenges   Operation = "domain-challenges"    // POST /domain-challenges
	OpBulkActivate       Operation = "bulk-activate"        // POST /bulk/activations
	OpBulkActivation     Operation = "bulk-activation"      // GET  /bulk/activations/{id}
	OpBulkCreate         Operation = "bulk-create"          // POST /bulk/property-version-creations
	OpBulkCreation       Operation = "bulk-creation"        // GET  /bulk/property-version-creations/{id}
	OpBulkPatch          Operation = "bulk-patch"           // POST /bulk/rules-patch-requests
	OpBulkPatched        Operation = "bulk-patched"         // GET  /bulk/rules-patch-requests/{id}
	OpBulkSearch         Operation = "bulk-search"          // POST /bulk/rules-search-requests
	OpBulkSearched       Operation = "bulk-searched"        // GET  /bulk/rules-search-requests/{id}
	OpBulkSearchAtOnce   Operation = "bulk-search-at-once"  // POST /bulk/rules-search-requests-synch
)

// Operations returns all operations, OpAny first.
func Operations() []Operation {
	all := []Operation{OpAny}
	for _, e := range endpoints() {
		all = append(all, e.operation)
	}
	return all
}

// success is the status of the operation's successful answer.
func (o Operation) success() int {
	switch o { //nolint:exhaustive // the others
	case OpSubmit, OpCreateVersion, OpPatchBucket, OpIncludeSubmit, OpCreateProperty, OpCreateInclude, OpCreateIncludeVersion,
		OpCreateCPCode, OpCreateEdgeHostname:
		return 201
	case OpEditEdge, OpDeleteEdge, OpBulkActivate, OpBulkCreate, OpBulkPatch, OpBulkSearch, OpBulkSearchAtOnce:
		return 202
	case OpHeadRules, OpHeadIncludeRules:
		return 204
	default:
		return 200
	}
}
