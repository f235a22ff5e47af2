package result

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

// AssetKind is what a command is about. What holds for a property holds for an
// include, whose id then stands in the place of the property's.
type AssetKind int

// The kinds.
const (
	Properties AssetKind = iota
	Includes
)

// KindOf tells an include by the prefix of its id.
func KindOf(id papi.ID) AssetKind {
	if strings.HasPrefix(string(id), papi.PrefixInclude) {
		return Includes
	}
	return Properties
}

// Noun is what people call it.
func (k AssetKind) Noun() string {
	if k == Includes {
		return "include"
	}
	return "property"
}

// Operand is how it is called in the usage of a command.
func (k AssetKind) Operand() string { return strings.ToUpper(k.Noun()) }

// IDPrefix is that of its ids.
func (k AssetKind) IDPrefix() string {
	if k == Includes {
		return papi.PrefixInclude
	}
	return papi.PrefixProperty
}

// Command is the command line up to the verb's arguments.
func (k AssetKind) Command(verb string) string {
	if k == Includes {
		return "includes " + verb
	}
	return verb
}

// Choose returns one of two texts.
func (k AssetKind) Choose(property, include string) string {
	if k == Includes {
		return include
	}
	return property
}

// ArgumentHelp says how the argument of a command that looks is written.
func (k AssetKind) ArgumentHelp() string {
	return k.Choose(`PROPERTY is a property's id (prp_123 or 123), its exact name, or a hostname that
it serves. `, "INCLUDE is an include's id (inc_123 or 123) or its exact name. ")
}

// AssetID is the id of a property or of an include, with its prefix.
func AssetID(id papi.ID) papi.ID {
	if id == "" {
		return ""
	}
	return id.With(KindOf(id).IDPrefix())
}

// ActivationID is the id of an activation, with its prefix. Those of includes may
// be of another form, which has none.
func ActivationID(id papi.ID) papi.ID {
	if bare := id.Bare(); strings.Trim(bare, "0123456789") == "" {
		return id.With(papi.PrefixActivation)
	}
	return id
}

// IncludeRef names an include to the client.
func IncludeRef(ref papi.PropertyRef) papi.IncludeRef {
	return papi.IncludeRef{IncludeID: ref.PropertyID, ContractID: ref.ContractID, GroupID: ref.GroupID}
}
