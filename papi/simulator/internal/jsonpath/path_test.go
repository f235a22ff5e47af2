package jsonpath_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator/internal/jsonpath"
)

const tree = `{
	"name": "default", "a/b": true, "options": {},
	"behaviors": [
		{"name": "origin", "options": {"hostname": "origin.example.com", "port": 80}},
		{"name": "caching", "options": {"ttl": 3600, "tags": ["x", "y"]}}
	],
	"children": [{"name": "images", "behaviors": [{"name": "caching", "options": {"ttl": 60}}]}]
}`

func TestFind(t *testing.T) {
	for path, want := range map[string]string{
		"$":                                 "",
		"$.name":                            "/name",
		"$['a/b']":                          "/a~1b",
		`$["name","options"]`:               "/name /options",
		"$.behaviors[0].name":               "/behaviors/0/name",
		"$.behaviors[-1].name":              "/behaviors/1/name",
		"$.behaviors[5]":                    "nothing",
		"$.name[0]":                         "nothing",
		"$.behaviors.*.name":                "/behaviors/0/name /behaviors/1/name",
		"$.behaviors[*].options.*":          "/behaviors/0/options/hostname /behaviors/0/options/port /behaviors/1/options/tags /behaviors/1/options/ttl",
		"$..ttl":                            "/behaviors/1/options/ttl /children/0/behaviors/0/options/ttl",
		"$..behaviors[?(@.name=='origin')]": "/behaviors/0",
		"$..[?(@.options.ttl > 60)]":        "/behaviors/1",
		"$..[?(@.options.ttl >= 60)]":       "/behaviors/1 /children/0/behaviors/0",
		"$..[?(@.options.ttl < 100)]":       "/children/0/behaviors/0",
		"$..[?(@.options.ttl <= 3600 && @.name != 'x')]":       "/behaviors/1 /children/0/behaviors/0",
		"$.behaviors[?(@.name in ['origin','x'])]":             "/behaviors/0",
		"$.behaviors[?(@.name nin ['origin','x'])]":            "/behaviors/1",
		"$.behaviors[?(@.name =~ /^cach/)]":                    "/behaviors/1",
		"$.behaviors[?(!(@.name == 'origin'))]":                "/behaviors/1",
		"$.behaviors[?(!@.options.port)]":                      "/behaviors/1",
		"$.behaviors[?(@.options.port || @.options.ttl)]":      "/behaviors/0 /behaviors/1",
		"$.behaviors[?(@.options.tags[*] == 'y')]":             "/behaviors/1",
		`$.behaviors[?(@.name in [ "x" , "origin" ])]`:         "/behaviors/0",
		"$.behaviors[?(@.name in [])]":                         "nothing",
		"$..[?(@.options.hostname == \"origin.example.com\")]": "/behaviors/0",
	} {
		var root any
		if err := json.Unmarshal([]byte(tree), &root); err != nil {
			t.Fatal(err)
		}
		parsed, err := jsonpath.Parse(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		places := []string{}
		for _, m := range parsed.Find(root, "") {
			places = append(places, m.At)
		}
		got := strings.Join(places, " ")
		if len(places) == 0 {
			got = "nothing"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, path := range []string{
		"", "name", "$..", "$.", "$[", "$[]", "$[0", "$['a", "$[?(@.a ==)]", "$[?(@.a", "$[?(@.a == 1]", "$.a b", "$[?(@.a =~ /(/)]", "$[?]", "$[x]",
		"$[99999999999999999999]", "$[?(@.a && )]", "$[?(@.a || )]", "$[?(!)]", "$[?(@.a in [1)]", "$[?(@.a in [1 2])]", "$[?(@.a in [b])]",
	} {
		if got, err := jsonpath.Parse(path); err == nil {
			t.Errorf("%q is taken for %+v", path, got)
		}
	}
}

func TestBeginsWith(t *testing.T) {
	for path, want := range map[string]bool{"$.rules.name": true, "$['rules']": true, "$..rules": false, "$.name": false, "$": false} {
		parsed, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed.BeginsWith("rules"); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}
