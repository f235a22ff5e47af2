package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Network is where a version is activated, as PAPI spells it.
type Network string

// The two networks.
const (
	Staging    Network = "STAGING"
	Production Network = "PRODUCTION"
)

// Property is a fixture: a property as it is when the simulation starts.
type Property struct {
	ID   string // with or without prp_; empty: the next free one
	Name string // unique
	Note string
	// Pairs are the contracts and groups that the property belongs to. Nil means one of
	// each. With more than one, a request that names none is answered with a redirect.
	Pairs       []Pair
	Versions    []Version
	Activations []Activation // history, and what is under way; in any order
	// Bucket makes it a property with a hostname bucket: its hostnames belong to a
	// network and not to a version. Served is what each network has to begin with.
	Bucket bool
	Served map[Network][]Hostname
}

// Pair is a contract and a group, each with or without its prefix.
type Pair struct{ Contract, Group string }

// Version is one version of a property.
type Version struct {
	Number    int // 0: one more than its place in the slice
	Note      string
	UpdatedBy string
	Updated   time.Time
	Hostnames []Hostname
	// Product and RuleFormat are what the rules are written for. Empty: prd_Fresca and v2025-02-18.
	Product, RuleFormat string
	// RuleTree is the member "rules" of the rule tree. Nil: a small tree with Rules in one of its behaviors.
	RuleTree json.RawMessage
	// Rules tells rule trees apart: versions with the same text have the same rules,
	// as a version and its copy. Empty: like those of no other version.
	Rules string
	// Errors of the rule tree, until somebody writes another one: an activation is refused, or ends FAILED when the
	// submission asked to delay validations.
	Errors []Message
	// Warnings of the rule tree: an activation is refused until they are acknowledged.
	Warnings []Message
	// Fails makes each activation of the version end FAILED instead of ACTIVE.
	Fails bool
	// FailureCause is the detail of the failure. Empty: PAPI does not say.
	FailureCause string
	// BrokenParents are, for a version of an Include, the properties that are not
	// valid with it: its activation ends in its validation, with one error for each.
	BrokenParents []string
	// Refusal is, for a version of an Include, the last segment of the type of the
	// problem that ends its activation in its validation.
	Refusal string

	edits int // since it was created; each makes another etag
}

// Hostname is a hostname of a version or of a bucket. A missing EdgeHostname is made
// of the Name.
type Hostname struct {
	Name, EdgeHostname string
	Cert               string // certProvisioningType; empty: CPS_MANAGED
}

// The kinds of certificate that a Hostname may have.
const (
	CertCPS     = "CPS_MANAGED"
	CertDefault = "DEFAULT"
)

// Message is an error or a warning of a rule tree.
type Message struct {
	Type     string // the last segments of its type, such as "validation/no-behavior"
	Title    string
	Location string // in the rule tree, such as "#/rules/behaviors/1"
	Detail   string
}

// ID is what acknowledgeWarnings names the message by.
func (m Message) ID() string {
	sum := sha256.Sum256([]byte(m.Type + "\n" + m.Location + "\n" + m.Detail))
	return "msg_" + hex.EncodeToString(sum[:20])
}

// property is the state of a Property, or of an Include, which is much the same. All
// its ids are bare.
type property struct {
	id, name, note string
	includeType    string // empty for a Property
	pairs          []Pair
	versions       []Version // in order of their numbers
	activations    []*Activation
	bucket         bool
	served         map[Network][]Hostname // by a bucket
	changes        []*HostnameActivation  // of a bucket
}

// The three in which a property and an include differ in a path: where they are, and
// the prefixes of their ids and of their activations' ids.

func (p *property) collection() string {
	if p.includeType != "" {
		return "includes"
	}
	return "properties"
}

func (p *property) prefix() string {
	if p.includeType != "" {
		return "inc_"
	}
	return "prp_"
}

func (p *property) activationPrefix() string {
	if p.includeType != "" {
		return "" // they are UUIDs
	}
	return "atv_"
}

// called is what a problem calls it.
func (p *property) called() string {
	if p.includeType != "" {
		return "include " + p.id
	}
	return "property " + p.id
}

const (
	defaultContract = "C-SIM1"
	defaultGroup    = "10001"
	accountID       = "A-SIM1"
	productID       = "Fresca"
	apiUser         = "api.client"
	ruleFormat      = "v2025-02-18"
)

func newProperty(fixture Property, id string) *property {
	p := &property{id: id, name: fixture.Name, note: fixture.Note, bucket: fixture.Bucket, served: make(map[Network][]Hostname)}
	for network, hostnames := range fixture.Served {
		p.served[network] = slices.Clone(hostnames)
	}
	for _, pair := range fixture.Pairs {
		p.pairs = append(p.pairs, Pair{Contract: bareID("ctr_", pair.Contract), Group: bareID("grp_", pair.Group)})
	}
	if len(p.pairs) == 0 {
		p.pairs = []Pair{{Contract: defaultContract, Group: defaultGroup}}
	}
	for i, v := range fixture.Versions {
		if v.Number == 0 {
			v.Number = i + 1
		}
		v.Rules = cmp.Or(v.Rules, "version "+strconv.Itoa(v.Number))
		v.Product, v.RuleFormat = cmp.Or(bareID("prd_", v.Product), productID), cmp.Or(v.RuleFormat, ruleFormat)
		p.versions = append(p.versions, v)
	}
	slices.SortFunc(p.versions, func(a, b Version) int { return a.Number - b.Number })
	return p
}

// version returns nil when there is no such version.
func (p *property) version(number int) *Version {
	for i := range p.versions {
		if p.versions[i].Number == number {
			return &p.versions[i]
		}
	}
	return nil
}

func (p *property) latest() *Version {
	if len(p.versions) == 0 {
		return nil
	}
	return &p.versions[len(p.versions)-1]
}

// serves reports whether the version has the hostname, and by which edge hostname.
func (v *Version) serves(hostname string) (edge string, ok bool) {
	for _, h := range v.Hostnames {
		if strings.EqualFold(h.Name, hostname) {
			return h.edge(), true
		}
	}
	return "", false
}

func (h Hostname) edge() string {
	if h.EdgeHostname == "" {
		return h.Name + ".edgekey.net"
	}
	return h.EdgeHostname
}

func (h Hostname) cert() string { return cmp.Or(h.Cert, CertCPS) }

// etag stands for the whole version: rules and hostnames together.
func (p *property) etag(v *Version) string {
	h := sha256.New()
	h.Write([]byte(p.prefix() + p.id + " " + strconv.Itoa(v.Number) + " " + strconv.Itoa(v.edits) + "\n" + v.Note))
	for _, host := range v.Hostnames {
		h.Write([]byte("\n" + host.Name + " " + host.edge() + " " + host.cert()))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// addedHostnames counts the hostnames of v that base has not. A nil base has none.
func addedHostnames(v, base *Version) int {
	added := 0
	for _, h := range v.Hostnames {
		if base == nil {
			added++
		} else if _, ok := base.serves(h.Name); !ok {
			added++
		}
	}
	return added
}

func sameHostnames(v, base *Version) bool {
	return v != nil && base != nil && addedHostnames(v, base) == 0 && addedHostnames(base, v) == 0
}
