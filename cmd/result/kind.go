package result

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

// AssetKind is what a command is about.
type AssetKind int

// The kinds.
const (
	Properties AssetKind = iota
	Includes
)

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

// ActivationID is the id of an activation, with its prefix. Those of includes may
// be of another form, which has none.
func ActivationID(id papi.ID) papi.ID {
	if bare := id.Bare(); strings.Trim(bare, "0123456789") == "" {
		return id.With(papi.PrefixActivation)
	}
	return id
}

// AssetRef names a property or an include, with the contract and the group where
// they are known.
type AssetRef struct {
	Kind       AssetKind
	ID         papi.ID
	ContractID papi.ID
	GroupID    papi.ID
	AssetID    papi.ID // what Control Center knows it by; empty where PAPI has not told it
}

// AssetOf returns the one of the two that is set; where neither is, no property.
func AssetOf(p papi.PropertyRef, i papi.IncludeRef) AssetRef {
	if i.IncludeID != "" {
		return AssetRef{Kind: Includes, ID: i.IncludeID, ContractID: i.ContractID, GroupID: i.GroupID}
	}
	return AssetRef{ID: p.PropertyID, ContractID: p.ContractID, GroupID: p.GroupID}
}

// Property names the property to the client; nothing where it is an include.
func (r AssetRef) Property() papi.PropertyRef {
	if r.Kind != Properties {
		return papi.PropertyRef{}
	}
	return papi.PropertyRef{PropertyID: r.ID, ContractID: r.ContractID, GroupID: r.GroupID}
}

// Include names the include to the client; nothing where it is a property.
func (r AssetRef) Include() papi.IncludeRef {
	if r.Kind != Includes {
		return papi.IncludeRef{}
	}
	return papi.IncludeRef{IncludeID: r.ID, ContractID: r.ContractID, GroupID: r.GroupID}
}

// FullID is the id with its prefix; empty where it is not known.
func (r AssetRef) FullID() papi.ID { return r.ID.With(r.Kind.IDPrefix()) }
