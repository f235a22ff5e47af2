package rollout

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// Plan is a pinned manifest: each property has a version, a wave and a place. Its JSON form can be read on any
// machine.
type Plan struct {
	Kind          string         `json:"kind"` // PlanKind
	SchemaVersion int            `json:"schemaVersion"`
	Name          string         `json:"name"`
	Digest        string         `json:"digest"` // of account, name and items
	AccountID     papi.ID        `json:"accountId"`
	Made          time.Time      `json:"made"`
	Networks      []papi.Network `json:"networks"`
	Waves         []Wave         `json:"waves"`
	Settings

	// Warnings are about parts of the manifest without effect. They are set by [Resolve] only.
	Warnings []Mistake `json:"-"`
	// Earlier says that the plan was read and not just made: what is active may have changed
	// since, which is looked for before anything is submitted.
	Earlier bool `json:"-"`
}

// PlanKind is the value of Plan.Kind.
const PlanKind = "propctl-rollout-plan"

const planVersion = 1

// Wave is a wave of a plan.
type Wave struct {
	Name       string   `json:"name"`
	AtOnce     int      `json:"atOnce"` // limit of activations in progress
	Checks     []string `json:"checks,omitempty"`
	Watch      Duration `json:"watch,omitzero"` // how long the checks have to go on holding
	Properties []Pinned `json:"properties"`
}

// Pinned is a property with its wanted version.
type Pinned struct {
	PropertyID papi.ID `json:"propertyId"`
	Name       string  `json:"propertyName"`
	ContractID papi.ID `json:"contractId"`
	GroupID    papi.ID `json:"groupId"`
	Version    int     `json:"version"`
	Staging    int     `json:"stagingVersion"` // active when the plan was made; 0: none
	Production int     `json:"productionVersion"`
}

// Ref returns the reference for requests.
func (p Pinned) Ref() papi.PropertyRef {
	return papi.PropertyRef{PropertyID: p.PropertyID, ContractID: p.ContractID, GroupID: p.GroupID}
}

// Title is the property's name, or its id if it has none.
func (p Pinned) Title() string {
	if p.Name != "" {
		return p.Name
	}
	return string(p.PropertyID)
}

// called reports whether a name or an id is the property's.
func (p Pinned) called(name string) bool {
	return name != "" && name == p.Name || p.PropertyID.Equal(papi.ID(name))
}

// Before is the version that was active on a network when the plan was made.
func (p Pinned) Before(network papi.Network) int {
	if network == papi.Production {
		return p.Production
	}
	return p.Staging
}

// Item is one property on one network: the unit of submission.
type Item struct {
	Pinned
	Network papi.Network
	Place   int // in the plan, from 1
	Stage   int // index of its stage
}

// Before is the version that was active on the item's network when the plan was made; 0: none.
func (i Item) Before() int { return i.Pinned.Before(i.Network) }

// Stage is a wave on one network. Stages run one after the other.
type Stage struct {
	Wave    int // index
	Network papi.Network
	First   int // index of its first item; its items are contiguous
	Count   int
}

// Stages returns the stages in order.
func (p *Plan) Stages() []Stage {
	var all []Stage
	first := 0
	for w := range p.Waves {
		for _, network := range p.Networks {
			all = append(all, Stage{w, network, first, len(p.Waves[w].Properties)})
			first += len(p.Waves[w].Properties)
		}
	}
	return all
}

// Items returns all items in the order of their places.
func (p *Plan) Items() []Item {
	var all []Item
	for i, s := range p.Stages() {
		for _, property := range p.Waves[s.Wave].Properties {
			all = append(all, Item{Pinned: property, Network: s.Network, Place: len(all) + 1, Stage: i})
		}
	}
	return all
}

// properties is the number of properties.
func (p *Plan) properties() int {
	n := 0
	for _, w := range p.Waves {
		n += len(w.Properties)
	}
	return n
}

// digest covers the account, the name, and what is activated in which order; not what was active before, the
// checks, or the tolerated failures.
func (p *Plan) digest() string {
	text := []byte(p.AccountID.Bare() + "\n" + p.Name + "\n")
	stages := p.Stages()
	for _, i := range p.Items() {
		text = fmt.Appendf(text, "%s %s %d %s\n", i.PropertyID.Bare(), i.Network, i.Version, p.Waves[stages[i.Stage].Wave].Name)
	}
	const length = 6
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:length])
}

// Mark is the common beginning of all marks of the plan.
func (p *Plan) Mark() string { return p.Name + "/" + p.Digest }

// Encode returns the plan in its file format.
func (p *Plan) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", "  ")
	return append(data, '\n'), err
}

// IsPlan reports whether a file is a plan rather than a manifest.
func IsPlan(data []byte) bool {
	var doc struct {
		Kind string `json:"kind"`
	}
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && json.Unmarshal(data, &doc) == nil && doc.Kind == PlanKind
}

// ParsePlan parses a plan and validates it, since it may come from anywhere.
func ParsePlan(data []byte) (*Plan, error) {
	const most = 16 << 20
	if len(data) > most {
		return nil, fmt.Errorf("the plan is larger than %d MiB", most>>20)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	p := &Plan{}
	if err := decoder.Decode(p); err != nil {
		return nil, fmt.Errorf("the plan cannot be read: %w; make it again with rollout plan", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the plan is followed by something else")
	}
	if p.SchemaVersion != planVersion {
		return nil, fmt.Errorf("the plan is of version %d, and this program reads version %d; make it again with rollout plan", p.SchemaVersion, planVersion)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Digest != p.digest() {
		return nil, fmt.Errorf("the plan has been altered: its digest is %s and not %s; make it again with rollout plan", p.digest(), quoted(p.Digest))
	}
	p.Earlier = true
	return p, nil
}

// check returns what is wrong with a plan.
func (p *Plan) check() error {
	switch {
	case p.Kind != PlanKind:
		return errors.New("the file is not a plan of a rollout")
	case !validName(p.Name):
		return fmt.Errorf("the plan's name %s is not valid", quoted(p.Name))
	case !p.AccountID.Valid():
		return errors.New("the plan names no account")
	case len(p.Waves) == 0 || len(p.Waves) > maxWaves:
		return fmt.Errorf("the plan has %d waves", len(p.Waves))
	case p.properties() == 0 || p.properties() > maxItems:
		return fmt.Errorf("the plan has %d properties, and can have 1 to %d", p.properties(), maxItems)
	case p.OnFailure != Stop && p.OnFailure != RollbackWave && p.OnFailure != Rollback:
		return fmt.Errorf("%s is not known for onFailure", quoted(string(p.OnFailure)))
	case p.Undecided != UndecidedFails && p.Undecided != UndecidedHolds && p.Undecided != UndecidedPauses:
		return fmt.Errorf("%s is not known for undecided", quoted(string(p.Undecided)))
	}
	if err := p.checkNetworks(); err != nil {
		return err
	}
	if err := p.checkSettings(); err != nil {
		return err
	}
	seen, names := map[string]bool{}, map[string]bool{}
	for _, w := range p.Waves {
		if names[w.Name] {
			return fmt.Errorf("two waves of the plan are called %s", w.Name)
		}
		names[w.Name] = true
		if !validName(w.Name) || w.AtOnce < 1 || w.AtOnce > maxItems {
			return fmt.Errorf("wave %s of the plan is not valid", quoted(w.Name))
		}
		for _, c := range w.Checks {
			if _, ok := p.Checks[c]; !ok {
				return fmt.Errorf("wave %s has a check %s, which the plan has not", w.Name, quoted(c))
			}
		}
		for _, i := range w.Properties {
			if err := i.check(); err != nil {
				return err
			}
			if seen[i.PropertyID.Bare()] {
				return fmt.Errorf("property %s is in the plan twice", i.PropertyID)
			}
			seen[i.PropertyID.Bare()] = true
		}
	}
	return nil
}

// checkSettings returns what is wrong with the settings of a plan.
func (p *Plan) checkSettings() error {
	for _, text := range append([]string{p.Note}, p.Notify...) {
		if !plain(text) {
			return fmt.Errorf("the plan's text %s is too long or has control characters", quoted(text))
		}
	}
	if p.Reserve < 0 || p.Tolerate.Rest {
		return errors.New("a number in the plan is out of its range")
	}
	for name, c := range p.Checks {
		if !validName(name) || (c.HTTP == "") == (len(c.Command) == 0) || c.Within < 0 || c.Timeout < 0 {
			return fmt.Errorf("check %s of the plan is not valid", quoted(name))
		}
	}
	if p.Window != nil {
		return p.Window.check()
	}
	return nil
}

// plain reports whether a text is a single line of a sensible length.
func plain(s string) bool {
	return len(s) <= maxText && !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f })
}

func (p *Plan) checkNetworks() error {
	for i, n := range p.Networks {
		if n != papi.Staging && n != papi.Production || i > 0 && n == p.Networks[0] {
			return fmt.Errorf("the plan's networks %v are not valid", p.Networks)
		}
	}
	if n := len(p.Networks); n < 1 || n > 2 {
		return fmt.Errorf("the plan has %d networks", n)
	}
	return nil
}

func (p Pinned) check() error {
	valid := p.PropertyID.Valid() && (p.ContractID == "" || p.ContractID.Valid()) && (p.GroupID == "" || p.GroupID.Valid())
	if !valid || !plain(p.Name) || p.Version < 1 || p.Staging < 0 || p.Production < 0 {
		return fmt.Errorf("property %s of the plan is not valid", quoted(string(p.PropertyID)))
	}
	return nil
}
