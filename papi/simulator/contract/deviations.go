package contract

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// deviation is a difference between the document, which is of 2023, and PAPI as other public sources know it.
type deviation struct {
	why   string
	apply func(doc *openapi3.T)
}

// deviations lists all deviations, except those of answers without a schema; see tolerated.
func deviations() []deviation { return slices.Concat(bodies(), newer(), answers()) }

// bodies lists those in the bodies of successful answers.
func bodies() []deviation {
	return []deviation{
		{"a cancellation may take time: the activation's status is PENDING_CANCELLATION until it is ABORTED", func(doc *openapi3.T) {
			status := activationItem(doc).Properties["status"].Value
			status.Enum = append(status.Enum, "PENDING_CANCELLATION")
		}},
		{"an include's activation may be PENDING_CANCELLATION also when it is read, and so may that of hostnames", func(doc *openapi3.T) {
			for _, name := range []string{"include-activation-get-response", "include-activation-list-response"} {
				status := child(child(schema(doc, name), "activations"), "items").Items.Value.Properties["status"].Value
				status.Enum = append(status.Enum, "PENDING_CANCELLATION")
			}
			for _, name := range []string{"property-hostnames-activation-get-response", "property-hostnames-activation-list-response"} {
				status := hostnameActivationItem(doc, name).Properties["status"].Value
				status.Enum = append(status.Enum, "PENDING_CANCELLATION")
			}
		}},
		{"an include's activation has its id under both names: the document has one, and the official SDK for Go reads the other", func(doc *openapi3.T) {
			for _, name := range []string{"include-activation-get-response", "include-activation-list-response", "include-activation-delete-response"} {
				child(child(schema(doc, name), "activations"), "items").Items.Value.Properties["activationId"] = anything()
			}
		}},
		{"a change of a hostname bucket says of each hostname whether it is added or removed", func(doc *openapi3.T) {
			row := child(schema(doc, "property-hostnames-bucket-add-remove-response"), "hostnames").Items.Value
			row.Properties["action"] = anything()
		}},
		{"a change of a hostname bucket can be read with its hostnames", func(doc *openapi3.T) {
			hostnameActivationItem(doc, "property-hostnames-activation-get-response").Properties["hostnames"] = anything()
		}},
		{"a search by the name of an include shows the include; the document has the members in the wrong place", func(doc *openapi3.T) {
			row := child(child(schema(doc, "search-post-response"), "versions"), "items").Items.Value
			for _, name := range []string{"includeId", "includeName", "includeType", "includeVersion"} {
				row.Properties[name] = anything()
			}
		}},
		{"a rule tree comes with the errors and warnings of its validation", func(doc *openapi3.T) {
			for _, name := range []string{"property-version-rules-get-response", "include-version-rules-get-response"} {
				tree := schema(doc, name)
				tree.Properties["errors"] = anything()
				tree.Properties["warnings"] = anything()
			}
		}},
		{"a search by hostname shows the hostname and its edge hostname; the document has them in the wrong place", func(doc *openapi3.T) {
			row := child(child(schema(doc, "search-post-response"), "versions"), "items").Items.Value
			row.Properties["hostname"] = anything()
			row.Properties["edgeHostname"] = anything()
		}},
	}
}

// newer lists those in bodies that the simulator has learned later.
func newer() []deviation {
	return []deviation{
		{"a rule tree that somebody wrote comes with the comments that were sent along", func(doc *openapi3.T) {
			for _, name := range []string{"property-version-rules-get-response", "include-version-rules-get-response"} {
				schema(doc, name).Properties["comments"] = anything()
				child(schema(doc, name), "rules").Properties["comments"] = anything()
			}
		}},
		{"a bulk patch is shown as it was sent: what is removed has no value", func(doc *openapi3.T) {
			row := child(schema(doc, "bulk-patch-get-response"), "patchPropertyVersions").Items.Value
			child(row, "patches").Items = anything()
		}},
		{"the last page of a list has no link to a next one, and the property's latest version is told", func(doc *openapi3.T) {
			list := child(schema(doc, "account-hostnames-get-response"), "hostnames")
			list.Required = slices.DeleteFunc(slices.Clone(list.Required), func(name string) bool { return name == "nextLink" })
			child(list, "items").Items = anything()
		}},
		{"a hostname may be active on one network only; the official SDK for Go reads the kind of certificate under another name", func(doc *openapi3.T) {
			child(child(schema(doc, "property-hostnames-diff-get-response"), "hostnames"), "items").Items = anything()
		}},
	}
}

// answers lists those in status codes and problems.
func answers() []deviation {
	return []deviation{
		{"a cancellation of what is cancelled already is answered with 204", func(doc *openapi3.T) {
			for _, path := range []string{activationPath, includeActivationPath} {
				operation := doc.Paths.Value(path).Delete
				operation.Responses.Set(strconv.Itoa(http.StatusNoContent), plain("already cancelled"))
			}
		}},
		{"lists need no contract and group where a time is given, as their descriptions say and their parameters do not", func(doc *openapi3.T) {
			for _, path := range []string{"/properties", "/includes"} {
				operation := doc.Paths.Value(path).Get
				operation.Parameters = slices.Clone(operation.Parameters)
				for i, p := range operation.Parameters {
					if p.Value.Name == "contractId" || p.Value.Name == "groupId" {
						optional := *p.Value
						optional.Required = false
						operation.Parameters[i] = &openapi3.ParameterRef{Value: &optional}
					}
				}
			}
		}},
		{"a request without contract and group may be redirected", func(doc *openapi3.T) {
			forEachOperation(doc, func(operation *openapi3.Operation) {
				if operation.Responses.Value("302") == nil {
					operation.Responses.Set("302", plain("redirected to a contract and a group"))
				}
			})
		}},
		{"any operation may be answered with these statuses", func(doc *openapi3.T) {
			forEachOperation(doc, func(operation *openapi3.Operation) {
				for _, status := range []int{
					http.StatusRequestTimeout, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge,
					http.StatusUnprocessableEntity, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
				} {
					if operation.Responses.Value(strconv.Itoa(status)) == nil {
						operation.Responses.Set(strconv.Itoa(status), problemResponse(doc, status))
					}
				}
			})
		}},
		{"problems may have members of the gateway and of validation, and an empty detail", func(doc *openapi3.T) {
			for _, name := range []string{"problem", "problem-nested", "problem-429"} {
				s := schema(doc, name)
				for _, member := range []string{
					"messageId", "errorLocation", "warnings", // validation
					"method", "serverIp", "clientIp", "requestId", "requestTime", "authzRealm", // gateway
				} {
					s.Properties[member] = anything()
				}
				s.Properties["detail"] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
			}
		}},
		{"a 429 names a limit only when it is about a resource", func(doc *openapi3.T) {
			s := schema(doc, "problem-429")
			s.Required = slices.DeleteFunc(slices.Clone(s.Required), func(name string) bool {
				return slices.Contains([]string{"limitKey", "instanceKey", "limit", "remaining"}, name)
			})
		}},
	}
}

// tolerated reports answers that are not checked against a schema: errors in HTML or plain text, and truncated
// JSON.
func tolerated(response *http.Response, body []byte) bool {
	claimed, valid := isJSON(response, body)
	if claimed {
		return !valid
	}
	return response.StatusCode >= http.StatusBadRequest
}

const (
	activationPath        = "/properties/{propertyId}/activations/{activationId}"
	includeActivationPath = "/includes/{includeId}/activations/{activationId}"
)

func schema(doc *openapi3.T, name string) *openapi3.Schema {
	return doc.Components.Schemas[name].Value
}

func child(s *openapi3.Schema, name string) *openapi3.Schema {
	return s.Properties[name].Value
}

func activationItem(doc *openapi3.T) *openapi3.Schema {
	return child(child(schema(doc, "property-activation-get-response"), "activations"), "items").Items.Value
}

func hostnameActivationItem(doc *openapi3.T, body string) *openapi3.Schema {
	return child(child(schema(doc, body), "hostnameActivations"), "items").Items.Value
}

func anything() *openapi3.SchemaRef { return openapi3.NewSchemaRef("", openapi3.NewSchema()) }

func plain(description string) *openapi3.ResponseRef {
	return &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription(description)}
}

func problemResponse(doc *openapi3.T, status int) *openapi3.ResponseRef {
	ref := doc.Components.Schemas["problem"]
	if status == http.StatusUnprocessableEntity {
		ref = doc.Components.Schemas["problem-422"]
	}
	content := openapi3.Content{"application/problem+json": openapi3.NewMediaType().WithSchemaRef(ref)}
	return &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription("a problem").WithContent(content)}
}

func forEachOperation(doc *openapi3.T, visit func(*openapi3.Operation)) {
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			visit(operation)
		}
	}
}
