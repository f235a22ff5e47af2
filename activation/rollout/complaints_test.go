package rollout_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// complaints are all that is wrong with a manifest, with their places.
func complaints(t *testing.T, doc string) []string {
	t.Helper()
	m, err := rollout.ParseManifest([]byte(doc))
	e, ok := errors.AsType[*rollout.MistakesError](err)
	switch {
	case err == nil && m != nil:
		return nil
	case !ok || m != nil || len(e.Mistakes) == 0:
		t.Errorf("%.80q: %+v, %v", doc, m, err)
		return nil
	}
	var all []string
	for _, one := range e.Mistakes {
		all = append(all, one.String())
	}
	return all
}

const (
	head = "name: x\nproperties: [prp_1]\n"
	noAt = ", or a property with a version such as www.example.com@12"
)

// Each mistake is told once, at its place, and with what can be written there.
func TestEachMistakeOfAManifestIsToldOnceAtItsPlace(t *testing.T) {
	const ofName = " may have letters, digits, - and _ only, 60 at most"
	for doc, want := range map[string][]string{
		// Names
		"name: ''\nproperties: [a]":                               {"line 1, column 7: this has to be a text"},
		"name: ~\nproperties: [a]":                                {"line 1, column 7: this has to be a text"},
		"name: " + strings.Repeat("n", 60) + head[7:]:             nil,
		"name: " + strings.Repeat("n", 61) + head[7:]:             {`line 1, column 7: the name "` + strings.Repeat("n", 60) + `…"` + ofName},
		"name: aA0-_zZ9" + head[7:]:                               nil,
		"name: 'a{'" + head[7:]:                                   {`line 1, column 7: the name "a{"` + ofName},
		"name: 'a['" + head[7:]:                                   {`line 1, column 7: the name "a["` + ofName},
		"name: 'a@'" + head[7:]:                                   {`line 1, column 7: the name "a@"` + ofName},
		"name: 'a:'" + head[7:]:                                   {`line 1, column 7: the name "a:"` + ofName},
		"name: a/b" + head[7:]:                                    {`line 1, column 7: the name "a/b"` + ofName},
		"name: x" + strings.Repeat("é", 40) + head[7:]:            {`line 1, column 7: the name "x` + strings.Repeat("é", 29) + `…"` + ofName},
		"name: é" + head[7:]:                                      {`line 1, column 7: the name "é"` + ofName},
		head + "waves:\n  - {name: a b, take: rest}":              {`line 4, column 12: the name "a b"` + ofName},
		head + "checks:\n  a.b: {command: [x]}":                   {`line 4, column 3: the name "a.b"` + ofName},
		head + "nmae: y\nnotfy: z":                                {`line 3, column 1: "nmae" is not known here; there can be ` + members, `line 4, column 1: "notfy" is not known here; there can be ` + members},
		head + "strict: true\nstrict: false":                      {"line 4, column 1: strict is here twice"},
		head + "checks:\n  a: {command: [x]}\n  a: {command: []}": {"line 5, column 3: a is here twice", "line 5, column 16: a command has a name at least", "line 5, column 6: a check needs either http or command"},

		// Properties and selections
		"name: x\nproperties:\n  - '@12'":                                      {`line 3, column 5: "@12" is not a property` + noAt},
		"name: x\nproperties:\n  - www@0":                                      {`line 3, column 5: "www@0" is not a property` + noAt},
		"name: x\nproperties:\n  - ''":                                         {"line 3, column 5: this has to be a text"},
		"name: x\nproperties:\n  - [a]":                                        {"line 3, column 5: this has to be a mapping with select, except, version", "line 3, column 5: this needs a select"},
		"name: x\nproperties:\n  - {select: {name: a}, version: newest}":       {`line 3, column 34: version "newest" is neither a number, nor latest, staging or production`},
		"name: x\nproperties:\n  - {select: {group: ''}}":                      {"line 3, column 22: this has to be a text"},
		"name: x\nproperties:\n  - {select: {contract: ''}}":                   {"line 3, column 25: this has to be a text"},
		"name: x\nproperties:\n  - {select: {contract: ctr_1, hostname: a.b}}": nil,
		"name: x\nproperties:\n  - {select: {name: 'shop/*'}}":                 {`line 3, column 21: "shop/*" is not a pattern: * stands for any characters, ? for one`},
		"name: x\nproperties:\n  - {select: {name: a}, except: ['a/', '[']}":   {`line 3, column 34: "a/" is not a pattern: * stands for any characters, ? for one`, `line 3, column 40: "[" is not a pattern: * stands for any characters, ? for one`},
		"name: x\nproperties: prp_1":                                           {"line 2, column 13: this has to be a list"},

		// Waves
		head + "waves: {name: a}":             {"line 3, column 8: this has to be a list"},
		head + "waves:\n  - {take: 1.5}":      {`line 4, column 12: "1.5" is neither a number, nor a percentage such as 10%, nor rest`},
		head + "waves:\n  - {take: [1]}":      {"line 4, column 12: this has to be a text"},
		head + "waves:\n  - {at-once: 0}":     {"line 4, column 15: this has to be a number from 1 to 10000"},
		head + "waves:\n  - {at-once: 10001}": {"line 4, column 15: this has to be a number from 1 to 10000"},
		head + "waves:\n  - {at-once: [1]}":   {"line 4, column 15: this has to be a number from 1 to 10000"},
		head + "waves:\n  - {at-once: 10000}": nil,
		head + "waves:\n  - {watch: -1m}":     {"line 4, column 13: -1m0s is not between 0 and 168h0m0s"},
		head + "waves:\n  - {checks: [a, b]}": {`line 4, column 5: wave wave-1 has a check "a", which is not among the checks`, `line 4, column 5: wave wave-1 has a check "b", which is not among the checks`},

		// Checks
		head + "checks: [a]":                                                      {"line 3, column 9: this has to be a mapping from names to checks"},
		head + "checks: {a: b}":                                                   {"line 3, column 13: this has to be a mapping with http, hostnames, redirects, expect, command, environment, within, timeout", "line 3, column 13: a check needs either http or command"},
		head + "checks: {a: {http: ''}}":                                          {"line 3, column 20: this has to be a text", "line 3, column 13: a check needs either http or command"},
		head + "checks: {a: {http: 'http://{hostname}/'}}":                        nil,
		head + "checks: {a: {http: 'https:///x'}}":                                {`line 3, column 20: "https:///x" is not an address that begins with https:// or http://`},
		head + "checks: {a: {http: 'https://me@{hostname}'}}":                     {`line 3, column 20: "https://me@{hostname}" is not an address that begins with https:// or http://`},
		head + "checks: {a: {http: 'https://%zz/'}}":                              {`line 3, column 20: "https://%zz/" is not an address that begins with https:// or http://`},
		head + "checks: {a: {command: [x], redirects: follow}}":                   {"line 3, column 13: hostnames, redirects and expect go with http only"},
		head + "checks: {a: {command: [x], redirects: refuse}}":                   nil,
		head + "checks: {a: {command: [x], expect: {status: 200}}}":               {"line 3, column 13: hostnames, redirects and expect go with http only"},
		head + "checks: {a: {command: [x], expect: {body: a}}}":                   {"line 3, column 13: hostnames, redirects and expect go with http only"},
		head + "checks: {a: {command: [x], expect: {header: {a: b}}}}":            {"line 3, column 13: hostnames, redirects and expect go with http only"},
		head + "checks: {a: {http: 'https://{hostname}', environment: [A]}}":      {"line 3, column 13: environment goes with command only"},
		head + "checks: {a: {command: ['{hostname}']}}":                           nil, // what a program is called is its owner's affair
		head + "checks: {a: {command: [x, '{hostname}']}}":                        {"line 3, column 23: {hostname} stands in http only; a command is run once for each property"},
		head + "checks: {a: {command: [x, '{host}']}}":                            {"line 3, column 23: {host} is not known; there can be " + placeWords},
		head + "checks: {a: {http: 'https://{host}/{x}'}}":                        {"line 3, column 20: {host} is not known; there can be " + placeWords, "line 3, column 20: {x} is not known; there can be " + placeWords},
		head + "checks: {a: {http: 'https://{hostname}', expect: {status: 99}}}":  {"line 3, column 59: this has to be a number from 100 to 599"},
		head + "checks: {a: {http: 'https://{hostname}', expect: {status: 600}}}": {"line 3, column 59: this has to be a number from 100 to 599"},
		head + "checks: {a: {http: 'https://{hostname}', expect: {status: 599}}}": nil,
		head + "checks: {a: {http: 'https://{hostname}', expect: {header: [a]}}}": {"line 3, column 59: this has to be a mapping from names to values"},

		// The rest
		head + "strict: false":                      nil,
		head + "on-failure: ''":                     {"line 3, column 13: this has to be a text"},
		head + "on-failure: rollback":               nil,
		head + "note: \"a\ufffd\"":                  {"line 3, column 7: this text has a line break or another control character"},
		head + "notify: you@example.com":            {"line 3, column 9: this has to be a list"},
		head + "networks: [s, p, s]":                {"line 3, column 11: there are 3, and can be 2 at most", "line 3, column 11: there has to be one network at least"},
		head + "budget: {reserve: -1}":              {"line 3, column 19: this has to be a number from 0 to 1048576"},
		head + "budget: {reserve: 0}":               nil,
		head + "tolerate: [1]":                      {"line 3, column 11: this has to be a text"},
		head + "strict: [true]":                     {"line 3, column 9: this has to be true or false"},
		head + "note: \"a\\x7f\"":                   {"line 3, column 7: this text has a line break or another control character"},
		head + "note: " + strings.Repeat("a", 2000): nil,
		head + "note: " + strings.Repeat("a", 2001): {"line 3, column 7: this text has 2001 bytes, and can have 2000"},
		head + "---\n[":                             {"line 4, column 1: did not find expected node content"},
		"name: [":                                   {"line 1, column 1: did not find expected node content"},
		"# nothing\n":                               {"line 1, column 1: the manifest is empty"},
	} {
		if got := complaints(t, doc); !slices.Equal(got, want) {
			t.Errorf("%.120q:\n%s\nwant\n%s", doc, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

const (
	members    = "name, networks, notify, note, properties, waves, checks, tolerate, on-failure, undecided, strict, window, budget"
	placeWords = "{hostname}, {property}, {id}, {network}, {version}"
)

// An alias stands for what it names, wherever that is, and is no second mistake.
func TestAliasesStandForWhatTheyName(t *testing.T) {
	const doc = `name: &name web
note: *name
notify: &people [a@example.com]
properties:
  - &www www.example.com@3
  - *www
  - {select: &shops {name: "shop-*"}, except: [a]}
  - {select: *shops, except: [b], version: &version production}
networks: [&net staging]
window: &always {from: "09:00", to: "17:00"}
waves:
  - &first {name: canary, take: &some 2, checks: &checks [*name, b], watch: &time 1m, at-once: &number 5}
  - {name: rest, take: rest, checks: *checks, watch: *time, at-once: *number}
checks: &all
  *name : &home {http: "https://{hostname}/", expect: &expected {status: 200, header: &header {A: b}}, timeout: *time}
  b: {http: "https://{hostname}/b", expect: {header: *header}}
strict: &yes true
budget: &budget {reserve: *number}
tolerate: *some
`
	m, err := rollout.ParseManifest([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if m.Note != "web" || m.Properties[1].Property != "www.example.com" || m.Properties[3].Select.Name != "shop-*" || m.Properties[3].Version.Active != papi.Production ||
		m.Waves[1].AtOnce != 5 || m.Waves[1].Watch != time.Minute || !slices.Equal(m.Waves[1].Checks, []string{"web", "b"}) ||
		m.Checks["web"].Expect.Header["a"] != "b" || m.Checks["b"].Expect.Header["a"] != "b" || m.Reserve != 5 || m.Tolerate.N != 2 || !m.Strict {
		t.Errorf("%+v", m)
	}
	if got := complaints(t, head+"note: &a ''\nnotify: [*a]"); len(got) != 2 || !strings.HasPrefix(got[1], "line 3, column 7: ") {
		t.Errorf("the place of a mistake is that of the value: %q", got)
	}
}

func TestMistakesAreBounded(t *testing.T) {
	doc := head + "notify: [" + strings.Repeat("'', ", 99) + "'']"
	if got := complaints(t, doc); len(got) != 20 {
		t.Errorf("%d mistakes are told", len(got))
	}
	_, err := rollout.ParseManifest([]byte(doc))
	if err == nil || err.Error() != "line 3, column 10: this has to be a text (and 19 more)" {
		t.Errorf("%v", err)
	}
	if _, err = rollout.ParseManifest([]byte(head + "strict: no")); err == nil || strings.Contains(err.Error(), "more") {
		t.Errorf("%v", err)
	}
	if err := error(&rollout.MistakesError{Mistakes: []rollout.Mistake{{What: "no place"}}}); err.Error() != "no place" {
		t.Errorf("%v", err)
	}
}

// A manifest of up to 4 MiB is read, and not a byte more.
func TestAManifestHasABoundInBytes(t *testing.T) {
	fill := func(n int) string { return head + "#" + strings.Repeat("x", n-len(head)-1) }
	if got := complaints(t, fill(4<<20)); got != nil {
		t.Errorf("%q", got)
	}
	if got := complaints(t, fill(4<<20+1)); !slices.Equal(got, []string{"the manifest is larger than 4 MiB"}) {
		t.Errorf("%q", got)
	}
}

// Whatever is cut out of a good manifest, or put into it, is a manifest or is told with a place in the file.
func TestEveryMistakeHasAPlaceInTheFile(t *testing.T) {
	lines := strings.Count(wholeManifest, "\n") + 2
	rapid.Check(t, func(r *rapid.T) {
		doc := wholeManifest
		for range rapid.IntRange(1, 3).Draw(r, "changes") {
			from := rapid.IntRange(0, len(doc)).Draw(r, "from")
			to := min(len(doc), from+rapid.IntRange(0, 12).Draw(r, "length"))
			doc = doc[:from] + rapid.SampledFrom([]string{"", "[", "}", ": ", "- ", "*a", "&a ", "\"", "\n", "\t", "%", "\x00", "é", "!!int ", "---\n", "0", "~"}).Draw(r, "put in") + doc[to:]
		}
		m, err := rollout.ParseManifest([]byte(doc))
		e, ok := errors.AsType[*rollout.MistakesError](err)
		if err == nil && m != nil {
			return
		}
		if m != nil || !ok || len(e.Mistakes) == 0 {
			r.Fatalf("%+v, %v", m, err)
		}
		for _, one := range e.Mistakes {
			if one.At.Line < 1 || one.At.Line > lines+3 || one.At.Column < 1 || one.What == "" {
				r.Errorf("%+v", one)
			}
		}
	})
}
