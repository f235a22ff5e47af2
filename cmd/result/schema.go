package result

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
)

// The schemas are derived from the Go types that are printed, so they cannot contradict the output. Only the
// descriptions are written by hand.

// Schema is a JSON Schema, with the keywords that are needed here.
type Schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a string or a list of strings
	Format      string             `json:"format,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Default     any                `json:"default,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // a bool or a schema
	Minimum     *int               `json:"minimum,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Defs        map[string]*Schema `json:"$defs,omitempty"`
}

// Schemas makes schemas of Go types. Each struct is described once, in Defs.
type Schemas struct {
	Defs         map[string]*Schema
	Descriptions map[string]string
}

// NewSchemas returns an empty set with the descriptions of all members.
func NewSchemas() *Schemas {
	v := &Schemas{Defs: map[string]*Schema{}, Descriptions: map[string]string{}}
	for line := range strings.Lines(schemaWords + rolloutWords + coordinatorWords) {
		if name, sentence, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			v.Descriptions[name] = sentence
		}
	}
	return v
}

// Of returns the schema of a type; name is used if the type has none.
func (v *Schemas) Of(t reflect.Type, name string) *Schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &Schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return &Schema{Type: AnySlice("object", "array", "string", "number", "boolean", "null")}
	case t == reflect.TypeFor[Schema]():
		return &Schema{Type: "object"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return v.Of(t.Elem(), name)
	case reflect.Struct:
		return &Schema{Ref: "#/$defs/" + v.object(t, name)}
	case reflect.Slice:
		return &Schema{Type: "array", Items: v.Of(t.Elem(), name)}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Int:
		return &Schema{Type: "integer"}
	case reflect.Float64:
		return &Schema{Type: "number"}
	case reflect.String:
		return &Schema{Type: "string", Enum: wordsOf(t)}
	default: // a test ensures that no such type is used
		return &Schema{}
	}
}

// object adds the schema of a struct, once, and returns its name.
func (v *Schemas) object(t reflect.Type, name string) string {
	name = viewName(t, name)
	if v.Defs[name] == nil {
		o := &Schema{Description: v.Descriptions[name], Type: "object", Properties: map[string]*Schema{}}
		v.Defs[name] = o // before its members, which may refer to it
		v.members(o, t, name)
	}
	return name
}

// members adds the members of a struct and of its embedded structs.
func (v *Schemas) members(o *Schema, t reflect.Type, name string) {
	for f := range t.Fields() {
		if f.Anonymous {
			embedded := f.Type.Elem()
			v.members(o, embedded, viewName(embedded, ""))
			continue
		}
		if !f.IsExported() || f.Tag.Get("json") == "-" { // not encoded
			continue
		}
		member, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		m := v.Of(f.Type, member)
		if values := valuesOf(name + "." + member); values != nil {
			m.Enum = values
		}
		if options == "" {
			o.Required = append(o.Required, member)
			if f.Type.Kind() == reflect.Pointer || f.Type == reflect.TypeFor[Status]() {
				m = orNull(m)
			}
		}
		m.Description = v.Descriptions[name+"."+member]
		o.Properties[member] = m
	}
}

func orNull(s *Schema) *Schema {
	if s.Ref != "" || s.Enum != nil {
		return &Schema{AnyOf: []*Schema{s, {Type: "null"}}}
	}
	s.Type = []any{s.Type, "null"}
	return s
}

// viewName is the name of a type in the schemas: Activation is activation, PAPI papi.
func viewName(t reflect.Type, member string) string {
	name := cmp.Or(strings.TrimSuffix(t.Name(), "View"), member)
	if name == strings.ToUpper(name) {
		return strings.ToLower(name)
	}
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

// wordsOf returns the values of a type if they are all defined here; nil for types whose values PAPI may
// extend.
func wordsOf(t reflect.Type) []any {
	switch t {
	case reflect.TypeFor[catalogue.Category]():
		return AnySlice(catalogue.CategoryNotFound, catalogue.CategoryInvalidData, catalogue.CategoryTypeError, catalogue.CategoryPermissionDenied, catalogue.CategoryRemoteAuthFailed, catalogue.CategoryConflict, catalogue.CategoryInvalidSettings, catalogue.CategoryInternalError, catalogue.CategoryRemoteSystemError)
	case reflect.TypeFor[catalogue.Retry]():
		return AnySlice(catalogue.RetryNever, catalogue.RetryLookFirst, catalogue.RetryAtTime, catalogue.RetryBackOff)
	case reflect.TypeFor[checkStatus]():
		return AnySlice(CheckOK, CheckWarning, CheckFailed, CheckSkipped)
	case reflect.TypeFor[Source]():
		return AnySlice(SourceFlag, SourceEnvironment, SourceFile, SourceDefault)
	case reflect.TypeFor[activation.EventKind]():
		return AnySlice(activation.EventSubmitted, activation.EventAdopted, activation.EventQueued, activation.EventChanged,
			activation.EventRetrying, activation.EventWaiting)
	case reflect.TypeFor[rollout.EventKind]():
		return AnySlice(rollout.EventWaveStarted, rollout.EventItem, rollout.EventCheck, rollout.EventWaveEnded, rollout.EventReturning, rollout.EventHeld)
	case reflect.TypeFor[rollout.Verdict]():
		return AnySlice(rollout.Held, rollout.NotHeld, rollout.NotDecided)
	case reflect.TypeFor[rollout.WaveState]():
		return AnySlice(rollout.WaveOpen, rollout.WaveRunning, rollout.WaveChecking, rollout.WaveDone, rollout.WaveFailed, rollout.WaveReturned)
	case reflect.TypeFor[rollout.State]():
		return AnySlice(rollout.Waiting, rollout.Blocked, rollout.Underway, rollout.Active, rollout.Failed, rollout.Rejected, rollout.Superseded,
			rollout.Skipped, rollout.Overdue, rollout.Uncertain, rollout.Returning, rollout.Returned, rollout.ReturnFailed, rollout.NotReturnable,
			rollout.Drifted, rollout.Unknown, rollout.Inactive)
	case reflect.TypeFor[activation.Action]():
		return AnySlice(activation.ActionNone, activation.ActionFollow, activation.ActionWait, activation.ActionSubmit, activation.ActionVersion, activation.ActionCancel)
	}
	return nil
}

// valuesOf returns the values of a member whose type does not determine them.
func valuesOf(member string) []any {
	switch member {
	case "header.type":
		return AnySlice("header")
	case "document.type":
		return AnySlice("result")
	case "document.schemaVersion", "header.schemaVersion":
		return AnySlice(SchemaVersion)
	case "document.outcome":
		return AnySlice("active", "already-active", "submitted", "deactivated", "already-inactive", "cancelled", "already-cancelled", "rolled-back",
			"rolled-out", "paused", "planned", "handed-in", "stopped", "resumed", "ok", "free", "different", "failed", "aborted", "superseded", "rejected", "busy", "limited", "timed-out", "interrupted", "error")
	case "entry.outcome":
		return AnySlice("different", "paused", "rolled-back", "failed", "aborted", "superseded", "rejected", "busy", "limited", "timed-out", "interrupted", "error")
	case "document.exitCode":
		return AnySlice(catalogue.ExitOK, catalogue.ExitError, catalogue.ExitUsage, catalogue.ExitFailed, catalogue.ExitCredentials, catalogue.ExitTimedOut, catalogue.ExitBusy, catalogue.ExitRejected, catalogue.ExitLimited, catalogue.ExitInterrupted)
	case "entry.exitCode":
		return AnySlice(catalogue.ExitError, catalogue.ExitUsage, catalogue.ExitFailed, catalogue.ExitCredentials, catalogue.ExitTimedOut, catalogue.ExitBusy, catalogue.ExitRejected, catalogue.ExitLimited, catalogue.ExitInterrupted)
	case "error.code", "entry.code":
		var codes []any
		for _, e := range catalogue.All() {
			codes = append(codes, e.Code)
		}
		return codes
	}
	return nil
}

// AnySlice returns values in the form of an enumeration.
func AnySlice[T any](values ...T) []any {
	var all []any
	for _, v := range values {
		all = append(all, v)
	}
	return all
}
