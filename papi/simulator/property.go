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

// Property is a fixture: a property at the start of the simulation.
type Property struct {
	ID   string // with or without prp_; empty: the next free id
	Name string // unique
	Note string
	// Pairs are the contracts and groups that the property belongs to; nil means one of each. With more than
	// one, a request that names none is redirected.
	Pairs       []Pair
	Versions    []Version
	Activations []Activation // past and in progress, in any order
	// Bucket makes it a property with a hostname bucket: its hostnames belong to a network instead of a
	// version. Served is what each network serves at the start.
	Bucket bool
	Served map[Network][]Hostname
}

// Pair is a contract and a group, each with or without its prefix.
type Pair struct{ Contract, Group string }

// Version is one version of a property.
type Version struct {
	Number    int // 0: its index plus one
	Note      string
	UpdatedBy string
	Updated   time.Time
	Hostnames []Hostname
	// Product and RuleFormat belong to the rules. Empty: prd_Fresca and v2025-02-18.
	Product, RuleFormat string
	// RuleTree is the member "rules" of the rule tree. Nil: a small tree that contains Rules.
	RuleTree json.RawMessage
	// Rules identifies the content of the rule tree: versions with the same text have the same rules, as a
	// version and its copy do. Empty: unlike those of any other version.
	Rules string
	// Errors of the rule tree, until the tree is replaced: an activation is refused, or ends FAILED if the
	// submission delays validations.
	Errors []Message
	// Warnings of the rule tree: an activation is refused unless they are acknowledged.
	Warnings []Message
	// Fails makes every activation of the version end FAILED instead of ACTIVE.
	Fails bool
	// FailureCause is the detail of that failure. Empty: PAPI sends none.
	FailureCause string
	// BrokenParents, for a version of an Include, are the properties that are not valid with it: its activation
	// fails in validation, with one error for each.
	BrokenParents []string
	// Refusal, for a version of an Include, is the last segment of the type of the problem with which its
	// activation fails in validation.
	Refusal string

	edits int // since its creation; each one changes the ETag
}

// Hostname is a hostname of a version or of a bucket. An empty EdgeHostname is derived from Name.
type Hostname struct {
	Name, EdgeHostname string
	Cert               string // certProvisioningType; empty: CPS_MANAGED
}

// The kinds of certificate of a Hostname.
const (
	CertCPS     = "CPS_MANAGED"
	CertDefault = "DEFAULT"
)

// Message is an error or a warning of a rule tree.
type Message struct {
	Type     string // last segments of its type, such as "validation/no-behavior"
	Title    string
	Location string // in the rule tree, such as "#/rules/behaviors/1"
	Detail   string
}

// ID is the messageId, by which acknowledgeWarnings names the message.
func (m Message) ID() string {
	sum := sha256.Sum256([]byte(m.Type + "\n" + m.Location + "\n" + m.Detail))
	return "msg_" + hex.EncodeToString(sum[:20])
}

// property is the state of a Property or an Include, which have almost everything in common. Its ids are bare.
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

// What differs between a property and an include in a path: the collection, and the prefixes of their ids and
// of their activations' ids.

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

// called is the word for it in problems.
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

// version returns nil if there is no such version.
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

// serves reports whether the version has the hostname, and its edge hostname.
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

// etag covers the whole version: rules and hostnames.
func (p *property) etag(v *Version) string {
	h := sha256.New()
	h.Write([]byte(p.prefix() + p.id + " " + strconv.Itoa(v.Number) + " " + strconv.Itoa(v.edits) + "\n" + v.Note))
	for _, host := range v.Hostnames {
		h.Write([]byte("\n" + host.Name + " " + host.edge() + " " + host.cert()))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// addedHostnames counts the hostnames of v that base lacks. A nil base has none.
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
