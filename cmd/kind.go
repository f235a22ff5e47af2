package cmd

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

// kind is what a command is about. What holds for a property holds for an
// include, whose id then stands in the place of the property's.
type kind int

const (
	properties kind = iota
	includes
)

// kindOf tells an include by the prefix of its id.
func kindOf(id papi.ID) kind {
	if strings.HasPrefix(string(id), papi.PrefixInclude) {
		return includes
	}
	return properties
}

// word is what people call it.
func (k kind) word() string {
	if k == includes {
		return "include"
	}
	return "property"
}

// operand is how it is called in the usage of a command.
func (k kind) operand() string { return strings.ToUpper(k.word()) }

// prefix is that of its ids.
func (k kind) prefix() string {
	if k == includes {
		return papi.PrefixInclude
	}
	return papi.PrefixProperty
}

// command is the command line up to the verb's arguments.
func (k kind) command(verb string) string {
	if k == includes {
		return "includes " + verb
	}
	return verb
}

// choose returns one of two texts.
func (k kind) choose(property, include string) string {
	if k == includes {
		return include
	}
	return property
}

// named says how the argument of a command that looks is written.
func (k kind) named() string {
	return k.choose(`PROPERTY is a property's id (prp_123 or 123), its exact name, or a hostname that
it serves. `, "INCLUDE is an include's id (inc_123 or 123) or its exact name. ")
}

// wholeID is the id of a property or of an include, with its prefix.
func wholeID(id papi.ID) papi.ID {
	if id == "" {
		return ""
	}
	return id.With(kindOf(id).prefix())
}

// activationID is the id of an activation, with its prefix. Those of includes may
// be of another form, which has none.
func activationID(id papi.ID) papi.ID {
	if bare := id.Bare(); strings.Trim(bare, "0123456789") == "" {
		return id.With(papi.PrefixActivation)
	}
	return id
}

// includeRef names an include to the client.
func includeRef(ref papi.PropertyRef) papi.IncludeRef {
	return papi.IncludeRef{IncludeID: ref.PropertyID, ContractID: ref.ContractID, GroupID: ref.GroupID}
}
