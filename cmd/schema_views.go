package cmd

import (
	"cmp"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
)

// The schemas of what is printed are made of the Go types that it is printed from,
// so they cannot say anything else. Only the words are written by hand.

// schema is a JSON Schema, as far as it is needed here.
type schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a string, or several
	Format      string             `json:"format,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Default     any                `json:"default,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Additional  *bool              `json:"additionalProperties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Defs        map[string]*schema `json:"$defs,omitempty"`
}

// views makes schemas of Go types. Each struct is described once, in defs.
type views struct {
	defs  map[string]*schema
	words map[string]string
}

func newViews() *views {
	v := &views{defs: map[string]*schema{}, words: map[string]string{}}
	for line := range strings.Lines(schemaWords) {
		if name, sentence, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			v.words[name] = sentence
		}
	}
	return v
}

// of returns the schema of a type; name is what it has if the type has none.
func (v *views) of(t reflect.Type, name string) *schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[schema]():
		return &schema{Type: "object"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return v.of(t.Elem(), name)
	case reflect.Struct:
		return &schema{Ref: "#/$defs/" + v.object(t, name)}
	case reflect.Slice:
		return &schema{Type: "array", Items: v.of(t.Elem(), name)}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	case reflect.String:
		return &schema{Type: "string", Enum: wordsOf(t)}
	default: // a test keeps them away
		return &schema{}
	}
}

// object describes a struct, once, and returns its name.
func (v *views) object(t reflect.Type, name string) string {
	name = viewName(t, name)
	if v.defs[name] == nil {
		o := &schema{Description: v.words[name], Type: "object", Properties: map[string]*schema{}}
		v.defs[name] = o // before its members, which may have it in them
		v.members(o, t, name)
	}
	return name
}

// members adds those of a struct, and of the structs that are embedded in it.
func (v *views) members(o *schema, t reflect.Type, name string) {
	for f := range t.Fields() {
		if f.Anonymous {
			embedded := f.Type.Elem()
			v.members(o, embedded, viewName(embedded, ""))
			continue
		}
		if !f.IsExported() { // it is not printed
			continue
		}
		member, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		m := v.of(f.Type, member)
		if values := valuesOf(name + "." + member); values != nil {
			m.Enum = values
		}
		if options == "" {
			o.Required = append(o.Required, member)
			if f.Type.Kind() == reflect.Pointer {
				m = orNull(m)
			}
		}
		m.Description = v.words[name+"."+member]
		o.Properties[member] = m
	}
}

func orNull(s *schema) *schema {
	if s.Ref != "" || s.Enum != nil {
		return &schema{AnyOf: []*schema{s, {Type: "null"}}}
	}
	s.Type = []any{s.Type, "null"}
	return s
}

// viewName is what the schemas call a type: activationView is activation.
func viewName(t reflect.Type, member string) string {
	name := cmp.Or(strings.TrimSuffix(t.Name(), "View"), member)
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

// wordsOf returns the values of a type whose values are all ours; nil for others, as
// PAPI may invent some.
func wordsOf(t reflect.Type) []any {
	switch t {
	case reflect.TypeFor[catalogue.Category]():
		return list(catalogue.CategoryNotFound, catalogue.CategoryInvalidData, catalogue.CategoryTypeError, catalogue.CategoryPermissionDenied, catalogue.CategoryRemoteAuthFailed, catalogue.CategoryConflict, catalogue.CategoryInvalidSettings, catalogue.CategoryInternalError, catalogue.CategoryRemoteSystemError)
	case reflect.TypeFor[catalogue.Retry]():
		return list(catalogue.RetryNever, catalogue.RetryLookFirst, catalogue.RetryAtTime, catalogue.RetryBackOff)
	case reflect.TypeFor[checkStatus]():
		return list(checkOK, checkWarning, checkFailed, checkSkipped)
	case reflect.TypeFor[source]():
		return list(sourceFlag, sourceEnvironment, sourceFile, sourceDefault)
	case reflect.TypeFor[activation.EventKind]():
		return list(activation.EventSubmitted, activation.EventAdopted, activation.EventQueued, activation.EventChanged,
			activation.EventRetrying, activation.EventWaiting)
	case reflect.TypeFor[activation.Action]():
		return list(activation.ActionNone, activation.ActionFollow, activation.ActionWait, activation.ActionSubmit, activation.ActionVersion, activation.ActionCancel)
	}
	return nil
}

// valuesOf returns the values of a member, where its type does not tell.
func valuesOf(member string) []any {
	switch member {
	case "header.type":
		return list("header")
	case "document.type":
		return list("result")
	case "document.schemaVersion", "header.schemaVersion":
		return list(schemaVersion)
	case "document.outcome":
		return list("active", "already-active", "submitted", "deactivated", "already-inactive", "cancelled", "already-cancelled", "rolled-back",
			"planned", "ok", "free", "failed", "aborted", "superseded", "rejected", "busy", "limited", "timed-out", "interrupted", "error")
	case "entry.outcome":
		return list("failed", "aborted", "superseded", "rejected", "busy", "limited", "timed-out", "interrupted", "error")
	case "document.exitCode":
		return list(catalogue.ExitOK, catalogue.ExitError, catalogue.ExitUsage, catalogue.ExitFailed, catalogue.ExitCredentials, catalogue.ExitTimedOut, catalogue.ExitBusy, catalogue.ExitRejected, catalogue.ExitLimited, catalogue.ExitInterrupted)
	case "entry.exitCode":
		return list(catalogue.ExitError, catalogue.ExitUsage, catalogue.ExitFailed, catalogue.ExitCredentials, catalogue.ExitTimedOut, catalogue.ExitBusy, catalogue.ExitRejected, catalogue.ExitLimited, catalogue.ExitInterrupted)
	case "error.code", "entry.code":
		var codes []any
		for _, e := range catalogue.All() {
			codes = append(codes, e.Code)
		}
		return codes
	}
	return nil
}

func list[T any](values ...T) []any {
	var all []any
	for _, v := range values {
		all = append(all, v)
	}
	return all
}
