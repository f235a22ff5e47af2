package simulator

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
)

func schemaPath(c *call, v *Version) string {
	return "/papi/v1/schemas/products/" + c.id("prd_", v.Product) + "/" + v.RuleFormat
}

// showRuleSchema returns a schema with the names of behaviors and criteria that accepts any options.
func (s *Simulator) showRuleSchema(c *call) *answer {
	format, ok := resolveFormat(c.named("format"))
	if !ok || !isProduct(c.named("product")) {
		return c.notFound("schema of " + c.named("product") + " in " + c.named("format"))
	}
	type object = map[string]any
	catalog := func(names []string) object {
		all := object{}
		for _, name := range names {
			all[name] = object{"type": "object", "required": []string{"name", "options"}, "properties": object{
				"name": object{"const": name}, "options": object{"type": "object"},
			}}
		}
		return all
	}
	a := jsonAnswer(http.StatusOK, object{
		"$schema": "http://json-schema.org/draft-04/schema#", "id": format, "type": "object", "required": []string{"rules"},
		"properties":  object{"rules": object{"type": "object", "required": []string{"name"}}},
		"definitions": object{"catalog": object{"behaviors": catalog(behaviorNames()), "criteria": catalog(criteriaNames())}},
	})
	return a
}

// requestBodies are the bodies that have a schema, by the schema's file name.
func requestBodies() map[string]any {
	return map[string]any{
		"ActivationV0.json": submission{}, "IncludeActivationV0.json": includeSubmission{},
		"CreateNewVersionV0.json": versionCreation{}, "CreatePropertyV0.json": propertyCreation{}, "CreateIncludeV0.json": includeCreation{},
		"CreateCPCodeV0.json": cpcodeCreation{}, "CreateEdgeHostnameV0.json": edgeCreation{}, "HostnamesPatchV0.json": hostnameEdit{},
		"HostnameBucketV0.json": bucketEdit{}, "ClientSettingsV0.json": clientSettings{}, "BulkActivationV0.json": bulkActivation{},
		"BulkVersionV0.json": bulkCreation{}, "BulkPatchV0.json": bulkPatch{}, "BulkSearchV0.json": bulkSearch{},
	}
}

// showRequestSchema returns a schema of a body as the simulator reads it.
func (s *Simulator) showRequestSchema(c *call) *answer {
	body, ok := requestBodies()[c.named("file")]
	if !ok {
		return c.notFound("schema " + c.named("file"))
	}
	return jsonAnswer(http.StatusOK, jsonSchema(reflect.TypeOf(body)))
}

func jsonSchema(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonSchema(t.Elem())
	case reflect.Struct:
		members := map[string]any{}
		for f := range slices.Values(reflect.VisibleFields(t)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				members[name] = jsonSchema(f.Type)
			}
		}
		return map[string]any{"type": "object", "properties": members}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 { // raw JSON
			return map[string]any{}
		}
		return map[string]any{"type": "array", "items": jsonSchema(t.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	default:
		return map[string]any{"type": "string"}
	}
}
