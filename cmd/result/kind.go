package result

import (
	"strings"

	"github.com/propctl/propctl/papi"
)

// AssetKind is property or include.
type AssetKind int

// The kinds.
const (
	Properties AssetKind = iota
	Includes
)

// Noun is the word for it.
func (k AssetKind) Noun() string {
	if k == Includes {
		return "include"
	}
	return "property"
}

// Operand is its name in the usage of a command.
func (k AssetKind) Operand() string { return strings.ToUpper(k.Noun()) }

// IDPrefix is the prefix of its ids.
func (k AssetKind) IDPrefix() string {
	if k == Includes {
		return papi.PrefixInclude
	}
	return papi.PrefixProperty
}

// Command is the command line up to the verb.
func (k AssetKind) Command(verb string) string {
	if k == Includes {
		return "includes " + verb
	}
	return verb
}

// Choose returns one of two texts, by kind.
func (k AssetKind) Choose(property, include string) string {
	if k == Includes {
		return include
	}
	return property
}

// ArgumentHelp describes the argument of a command that reads.
func (k AssetKind) ArgumentHelp() string {
	return k.Choose(`PROPERTY is a property's id (prp_123 or 123), its exact name, or a hostname that
it serves. `, "INCLUDE is an include's id (inc_123 or 123) or its exact name. ")
}

// ActivationID returns the id of an activation with its prefix. Those of includes may be UUIDs, which have
// none.
func ActivationID(id papi.ID) papi.ID {
	if bare := id.Bare(); strings.Trim(bare, "0123456789") == "" {
		return id.With(papi.PrefixActivation)
	}
	return id
}

// AssetRef names a property or an include, with contract and group if they are known.
type AssetRef struct {
	Kind       AssetKind
	ID         papi.ID
	ContractID papi.ID
	GroupID    papi.ID
	AssetID    papi.ID // its id in Control Center; empty if PAPI has not named it
}

// AssetOf returns a reference to the one that is set; an empty property if neither is.
func AssetOf(p papi.PropertyRef, i papi.IncludeRef) AssetRef {
	if i.IncludeID != "" {
		return AssetRef{Kind: Includes, ID: i.IncludeID, ContractID: i.ContractID, GroupID: i.GroupID}
	}
	return AssetRef{ID: p.PropertyID, ContractID: p.ContractID, GroupID: p.GroupID}
}

// Property returns the reference for the client; zero for an include.
func (r AssetRef) Property() papi.PropertyRef {
	if r.Kind != Properties {
		return papi.PropertyRef{}
	}
	return papi.PropertyRef{PropertyID: r.ID, ContractID: r.ContractID, GroupID: r.GroupID}
}

// Include returns the reference for the client; zero for a property.
func (r AssetRef) Include() papi.IncludeRef {
	if r.Kind != Includes {
		return papi.IncludeRef{}
	}
	return papi.IncludeRef{IncludeID: r.ID, ContractID: r.ContractID, GroupID: r.GroupID}
}

// FullID is the id with its prefix; empty if it is not known.
func (r AssetRef) FullID() papi.ID { return r.ID.With(r.Kind.IDPrefix()) }
