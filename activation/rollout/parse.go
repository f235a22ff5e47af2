package rollout

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/propctl/propctl/papi"
)

// ParseManifest parses a manifest in YAML or JSON. Its error is a [*MistakesError] with all mistakes and their
// positions. docs/rollouts.md describes what a manifest may have in it.
func ParseManifest(data []byte) (*Manifest, error) {
	root, err := document(data)
	if err != nil {
		return nil, err
	}
	r, m := &reader{}, &Manifest{}
	m.OnFailure, m.Undecided = Stop, UndecidedPauses
	r.manifest(root, m)
	r.consistent(root, m)
	if err := r.err(); err != nil {
		return nil, err
	}
	return m, nil
}

func (r *reader) manifest(root *node, m *Manifest) {
	r.object(
		root,
		member{"name", func(n *node) { m.Name = r.name(n) }},
		member{"networks", func(n *node) { m.Networks = r.networks(n) }},
		member{"notify", func(n *node) { m.Notify = r.texts(n, maxWaves) }},
		member{"note", func(n *node) { m.Note = r.text(n) }},
		member{"properties", func(n *node) {
			r.list(n, maxItems, func(n *node) { m.Properties = append(m.Properties, r.selector(n)) })
		}},
		member{"waves", func(n *node) {
			r.list(n, maxWaves, func(n *node) { m.Waves = append(m.Waves, r.wave(n)) })
		}},
		member{"checks", func(n *node) { m.Checks = r.checks(n) }},
		member{"tolerate", func(n *node) {
			if r.unmarshal(n, &m.Tolerate); m.Tolerate.Rest {
				r.wrong(n, "this has to be a number or a percentage")
			}
		}},
		member{"on-failure", func(n *node) { m.OnFailure = choice(r, n, Stop, RollbackWave, Rollback) }},
		member{"undecided", func(n *node) { m.Undecided = choice(r, n, UndecidedPauses, UndecidedFails, UndecidedHolds) }},
		member{"strict", func(n *node) { m.Strict = r.flag(n) }},
		member{"window", func(n *node) { m.Window = r.window(n) }},
		member{"budget", func(n *node) {
			r.object(n, member{"reserve", func(n *node) { m.Reserve = r.number(n, 0, 1<<20) }})
		}},
	)
}

// name reads a name that can be part of a mark.
func (r *reader) name(n *node) string {
	name := r.text(n)
	if name != "" && !validName(name) {
		r.wrong(n, "the name %s may have letters, digits, - and _ only, %d at most", quoted(name), maxName)
	}
	return name
}

const maxName = 60

func validName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}

func (r *reader) networks(n *node) []papi.Network {
	var all []papi.Network
	r.list(n, 2, func(n *node) {
		network, err := papi.ParseNetwork(r.text(n))
		switch {
		case err != nil:
			r.wrong(n, "%s", err)
		case slices.Contains(all, network):
			r.wrong(n, "%s is here twice", n.Value)
		default:
			all = append(all, network)
		}
	})
	if len(all) == 0 {
		r.wrong(n, "there has to be one network at least")
	}
	return all
}

func (r *reader) selector(n *node) Selector {
	n = resolved(n)
	s := Selector{at: Position{n.Line, n.Column}}
	if n.Kind == scalarNode {
		text := r.text(n)
		name, version, _ := strings.Cut(text, "@")
		s.Property = name
		var err error
		if s.Version, err = ParseVersion(version); err != nil || text != "" && (name == "" || strings.HasSuffix(text, "@")) {
			r.wrong(n, "%s is not a property, or a property with a version such as www.example.com@12", quoted(text))
		}
		return s
	}
	r.object(
		n,
		member{"select", func(n *node) { s.Select = r.selection(n) }},
		member{"except", func(n *node) { s.Except = r.patterns(n) }},
		member{"version", func(n *node) {
			var err error
			if s.Version, err = ParseVersion(r.text(n)); err != nil {
				r.wrong(n, "%s", err)
			}
		}},
	)
	if s.Select == nil {
		r.wrong(n, "this needs a select")
	}
	return s
}

func (r *reader) selection(n *node) *Selection {
	s := &Selection{}
	r.object(
		n,
		member{"contract", func(n *node) {
			if s.Contract = papi.ID(r.text(n)); s.Contract != "" && !s.Contract.Valid() {
				r.wrong(n, "%s is not an id", quoted(string(s.Contract)))
			}
		}},
		member{"group", func(n *node) { s.Group = r.text(n) }},
		member{"name", func(n *node) { s.Name = r.pattern(n) }},
		member{"hostname", func(n *node) { s.Hostname = r.text(n) }},
	)
	return s
}

func (r *reader) patterns(n *node) []string {
	var all []string
	r.list(n, maxItems, func(n *node) { all = append(all, r.pattern(n)) })
	return all
}

func (r *reader) pattern(n *node) string {
	text := r.text(n)
	if _, err := path.Match(text, ""); err != nil || strings.Contains(text, "/") {
		r.wrong(n, "%s is not a pattern: * stands for any characters, ? for one", quoted(text))
	}
	return text
}

func (r *reader) wave(n *node) WaveSpec {
	w := WaveSpec{at: Position{n.Line, n.Column}, Take: Amount{Rest: true}}
	r.object(
		n,
		member{"name", func(n *node) { w.Name = r.name(n) }},
		member{"take", func(n *node) {
			if r.unmarshal(n, &w.Take); !w.Take.Rest && w.Take.N == 0 {
				r.wrong(n, "a wave has to have one property at least")
			}
		}},
		member{"checks", func(n *node) { w.Checks = r.texts(n, maxWaves) }},
		member{"watch", func(n *node) { w.Watch = r.duration(n) }},
		member{"at-once", func(n *node) { w.AtOnce = r.number(n, 1, maxItems) }},
	)
	return w
}

func (r *reader) checks(n *node) map[string]Check {
	n = resolved(n)
	all := map[string]Check{}
	if n.Kind != mappingNode {
		r.wrong(n, "this has to be a mapping from names to checks")
		return all
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := r.name(n.Content[i])
		if _, twice := all[name]; twice {
			r.wrong(n.Content[i], "%s is here twice", name)
		}
		all[name] = r.check(n.Content[i+1])
	}
	return all
}

func (r *reader) check(n *node) Check {
	var c Check
	r.object(
		n,
		member{"http", func(n *node) { c.HTTP = r.address(n) }},
		member{"hostnames", func(n *node) { c.First = choice(r, n, "all", "first") == "first" }},
		member{"redirects", func(n *node) { c.Redirects = choice(r, n, "follow", "refuse") == "follow" }},
		member{"expect", func(n *node) { c.Expect = r.expect(n) }},
		member{"command", func(n *node) { c.Command = r.command(n) }},
		member{"environment", func(n *node) { c.Pass = r.texts(n, maxWaves) }},
		member{"within", func(n *node) { c.Within = Duration(r.duration(n)) }},
		member{"timeout", func(n *node) {
			if c.Timeout = Duration(r.duration(n)); c.Timeout == 0 {
				r.wrong(n, "a time-out of nothing never holds")
			}
		}},
	)
	switch {
	case c.HTTP == "" && len(c.Command) == 0:
		r.wrong(n, "a check needs either http or command")
	case c.HTTP != "" && len(c.Command) > 0:
		r.wrong(n, "a check has either http or command, not both")
	case c.HTTP == "" && (c.First || c.Redirects || c.Expect.Status != 0 || c.Expect.Header != nil || c.Expect.Body != ""):
		r.wrong(n, "hostnames, redirects and expect go with http only")
	case len(c.Command) == 0 && len(c.Pass) > 0:
		r.wrong(n, "environment goes with command only")
	}
	return c
}

func (r *reader) address(n *node) string {
	text := r.text(n)
	if !r.places(n, text) {
		return text
	}
	u, err := url.Parse(Fill(text, Placeholders{Hostname: "www.example.com", Property: "p", ID: "prp_1", Network: "n", Version: 1}))
	if text != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil) {
		r.wrong(n, "%s is not an address that begins with https:// or http://", quoted(text))
	}
	return text
}

func (r *reader) command(n *node) []string {
	all := r.texts(n, maxWaves)
	for i, text := range all {
		r.places(n, text)
		if i > 0 && strings.Contains(text, "{hostname}") {
			r.wrong(n, "{hostname} stands in http only; a command is run once for each property")
		}
	}
	if len(all) == 0 {
		r.wrong(n, "a command has a name at least")
	}
	return all
}

// places reports placeholders that are not known.
func (r *reader) places(n *node, text string) (ok bool) {
	ok = true
	for _, found := range regexp.MustCompile(`\{[a-z-]+\}`).FindAllString(text, -1) {
		if !slices.Contains(placeNames(), found) {
			r.wrong(n, "%s is not known; there can be %s", found, strings.Join(placeNames(), ", "))
			ok = false
		}
	}
	return ok
}

func (r *reader) expect(n *node) Expect {
	const lowest, highest = 100, 599
	var e Expect
	r.object(
		n,
		member{"status", func(n *node) { e.Status = r.number(n, lowest, highest) }},
		member{"body", func(n *node) { e.Body = r.text(n) }},
		member{"header", func(n *node) {
			n = resolved(n)
			if n.Kind != mappingNode {
				r.wrong(n, "this has to be a mapping from names to values")
				return
			}
			e.Header = map[string]string{}
			for i := 0; i+1 < len(n.Content); i += 2 {
				e.Header[strings.ToLower(r.text(n.Content[i]))] = r.text(n.Content[i+1])
			}
		}},
	)
	return e
}

func (r *reader) window(n *node) *Window {
	w := &Window{Zone: "UTC"}
	r.object(
		n,
		member{"days", func(n *node) { w.Days = r.texts(n, len(days())) }},
		member{"from", func(n *node) { w.From = r.text(n) }},
		member{"to", func(n *node) { w.To = r.text(n) }},
		member{"zone", func(n *node) { w.Zone = r.text(n) }},
	)
	if err := w.check(); err != nil {
		r.wrong(n, "%s", err)
	}
	return w
}

// consistent reports contradictions, and sets defaults.
func (r *reader) consistent(root *node, m *Manifest) {
	if len(r.mistakes) > 0 {
		return // a manifest with mistakes may be incomplete
	}
	if m.Name == "" {
		r.wrong(root, "the manifest needs a name")
	}
	if len(m.Properties) == 0 {
		r.wrong(root, "the manifest needs properties")
	}
	if len(m.Networks) == 0 {
		m.Networks = []papi.Network{papi.Staging}
	}
	if len(m.Waves) == 0 {
		m.Waves = []WaveSpec{{Name: "all", Take: Amount{Rest: true}}}
	}
	names := map[string]bool{}
	for i := range m.Waves {
		w := &m.Waves[i]
		if w.Name == "" {
			w.Name = fmt.Sprintf("wave-%d", i+1)
		}
		switch {
		case names[w.Name]:
			r.wrongAt(w.at, "two waves are called %s", w.Name)
		case w.Take.Rest && i != len(m.Waves)-1:
			r.wrongAt(w.at, "wave %s takes the rest, so nothing is left for the next one", w.Name)
		case w.Watch > 0 && len(w.Checks) == 0:
			r.wrongAt(w.at, "wave %s has a watch, and no checks to watch", w.Name)
		}
		names[w.Name] = true
		for _, c := range w.Checks {
			if _, ok := m.Checks[c]; !ok {
				r.wrongAt(w.at, "wave %s has a check %s, which is not among the checks", w.Name, quoted(c))
			}
		}
	}
}
