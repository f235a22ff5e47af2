package jsonpatch_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator/internal/jsonpatch"
)

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func TestApply(t *testing.T) {
	const doc = `{"a": {"list": [1, 2, 3], "name": "x"}, "a/b": 1, "m~n": 2}`
	for _, tt := range []struct{ name, patch, want string }{
		{"nothing", `[]`, doc},
		{"add a member", `[{"op":"add","path":"/a/new","value":null}]`, `{"a":{"list":[1,2,3],"name":"x","new":null},"a/b":1,"m~n":2}`},
		{"add takes the place of a member", `[{"op":"add","path":"/a","value":[]}]`, `{"a":[],"a/b":1,"m~n":2}`},
		{"add before an element", `[{"op":"add","path":"/a/list/1","value":9}]`, `{"a":{"list":[1,9,2,3],"name":"x"},"a/b":1,"m~n":2}`},
		{"add at the end", `[{"op":"add","path":"/a/list/-","value":9},{"op":"add","path":"/a/list/4","value":8}]`, `{"a":{"list":[1,2,3,9,8],"name":"x"},"a/b":1,"m~n":2}`},
		{"remove a member and an element", `[{"op":"remove","path":"/a/name"},{"op":"remove","path":"/a/list/0"}]`, `{"a":{"list":[2,3]},"a/b":1,"m~n":2}`},
		{"replace", `[{"op":"replace","path":"/a/list/2","value":{"k":"v"}}]`, `{"a":{"list":[1,2,{"k":"v"}],"name":"x"},"a/b":1,"m~n":2}`},
		{"move", `[{"op":"move","from":"/a/list","path":"/list"}]`, `{"a":{"name":"x"},"a/b":1,"m~n":2,"list":[1,2,3]}`},
		{
			"a copy has a life of its own",
			`[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/list/0","value":0},{"op":"remove","path":"/c/name"}]`,
			`{"a":{"list":[1,2,3],"name":"x"},"c":{"list":[0,2,3]},"a/b":1,"m~n":2}`,
		},
		{"test", `[{"op":"test","path":"/a/list","value":[1,2,3]},{"op":"test","path":"/a/name","value":"x"}]`, doc},
		{"escaped names", `[{"op":"remove","path":"/a~1b"},{"op":"replace","path":"/m~0n","value":3}]`, `{"a":{"list":[1,2,3],"name":"x"},"m~n":3}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var have, want any
			var patch []jsonpatch.Operation
			decode(t, doc, &have)
			decode(t, tt.want, &want)
			decode(t, tt.patch, &patch)
			got, err := jsonpatch.Apply(have, patch)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestApplyRefuses(t *testing.T) {
	for _, patch := range []string{
		`{"op":"add","path":"a","value":1}`, `{"op":"add","path":"/a/x/y","value":1}`, `{"op":"add","path":"/a"}`,
		`{"op":"add","path":"/a/list/4","value":1}`, `{"op":"add","path":"/a/list/01","value":1}`, `{"op":"add","path":"/a/list/x","value":1}`,
		`{"op":"add","path":"/a/name/x","value":1}`, `{"op":"remove","path":"/b"}`, `{"op":"remove","path":"/a/list/-"}`, `{"op":"remove","path":"/a/list/3"}`,
		`{"op":"replace","path":"/b","value":1}`, `{"op":"move","from":"/b","path":"/c"}`, `{"op":"copy","from":"b","path":"/c"}`,
		`{"op":"test","path":"/a/name","value":"y"}`, `{"op":"test","path":"/b","value":null}`, `{"op":"rename","path":"/a"}`, `{}`,
	} {
		var doc any
		var operation jsonpatch.Operation
		decode(t, `{"a": {"list": [1, 2, 3], "name": "x"}}`, &doc)
		decode(t, patch, &operation)
		if got, err := jsonpatch.Apply(doc, []jsonpatch.Operation{operation}); err == nil {
			t.Errorf("%s gave %v", patch, got)
		}
	}
}
