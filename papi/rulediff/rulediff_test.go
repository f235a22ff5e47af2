package rulediff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/rulediff"
)

// ruleOf is a rule, for writing trees.
type ruleOf map[string]any

func behavior(name string, options ...any) map[string]any {
	o := map[string]any{}
	for i := 0; i+1 < len(options); i += 2 {
		o[options[i].(string)] = options[i+1]
	}
	return map[string]any{"name": name, "options": o}
}

func rule(name string, behaviors []any, children ...any) ruleOf {
	return ruleOf{"name": name, "criteria": []any{}, "behaviors": append([]any{}, behaviors...), "children": append([]any{}, children...)}
}

func tree(t testing.TB, root any) rulediff.Tree {
	t.Helper()
	data, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return rulediff.Tree{RuleFormat: "v2024-01-01", Rules: data}
}

// lines tells changes in short.
func lines(d *rulediff.Diff) []string {
	var all []string
	for _, c := range d.Changes {
		line := fmt.Sprintf("%s %s %s", c.Kind, c.Part, strings.Join(c.Path, "/"))
		if c.Name != "" {
			line += " " + c.Name
		}
		if c.MovedFrom != nil {
			line += " from " + strings.Join(c.MovedFrom, "/")
		}
		for _, v := range c.Values {
			line += fmt.Sprintf(" %s:%s→%s", v.Pointer, v.From, v.To)
		}
		all = append(all, line)
	}
	return all
}

func TestChangesAreToldByPathAndName(t *testing.T) {
	image := rule("Images", []any{behavior("caching", "ttl", "1d")})
	from := rule("default", []any{behavior("origin", "hostname", "a.example.com"), behavior("cpCode", "id", 1)},
		rule("Offload", []any{behavior("caching", "ttl", "1d"), behavior("prefetch")}, image, rule("CSS", nil)), rule("Old", nil))
	with := func(change func(root ruleOf)) ruleOf {
		var root ruleOf
		data, _ := json.Marshal(from)
		if err := json.Unmarshal(data, &root); err != nil {
			t.Fatal(err)
		}
		change(root)
		return root
	}
	child := func(r map[string]any, i int) map[string]any { return r["children"].([]any)[i].(map[string]any) }
	for name, tt := range map[string]struct {
		to   ruleOf
		want []string
	}{
		"nothing": {from, nil},
		"an option": {
			with(func(r ruleOf) {
				child(r, 0)["behaviors"].([]any)[0].(map[string]any)["options"].(map[string]any)["ttl"] = "7d"
			}),
			[]string{`changed behavior default/Offload caching /options/ttl:"1d"→"7d"`},
		},
		"an option more": {
			with(func(r ruleOf) { r["behaviors"].([]any)[1].(map[string]any)["options"].(map[string]any)["x/y"] = 1 }),
			[]string{`changed behavior default cpCode /options/x~1y:→1`},
		},
		"a behavior more, and one less": {
			with(func(r ruleOf) { r["behaviors"] = []any{behavior("gzip"), r["behaviors"].([]any)[1]} }),
			[]string{"removed behavior default origin", "added behavior default gzip"},
		},
		"behaviors in another order": {
			with(func(r ruleOf) { b := r["behaviors"].([]any); r["behaviors"] = []any{b[1], b[0]} }),
			[]string{"moved behavior default cpCode"},
		},
		"a criterion": {
			with(func(r ruleOf) { child(r, 1)["criteria"] = []any{behavior("path")} }),
			[]string{"added criterion default/Old path"},
		},
		"a comment": {
			with(func(r ruleOf) { child(r, 1)["comments"] = "as discussed" }),
			[]string{`changed rule default/Old /comments:→"as discussed"`},
		},
		"a variable": {
			with(func(r ruleOf) { r["variables"] = []any{map[string]any{"name": "PMUSER_A", "value": "1"}} }),
			[]string{"added variable default PMUSER_A"},
		},
		"a rule more": {
			with(func(r ruleOf) { r["children"] = append(r["children"].([]any), rule("New", nil)) }),
			[]string{"added rule default/New"},
		},
		"a rule less": {
			with(func(r ruleOf) { r["children"] = r["children"].([]any)[:1] }),
			[]string{"removed rule default/Old"},
		},
		"rules in another order": {
			with(func(r ruleOf) { c := r["children"].([]any); r["children"] = []any{c[1], c[0]} }),
			[]string{"moved rule default/Old"},
		},
		"a rule below another one": {
			with(func(r ruleOf) {
				below := child(r, 0)["children"].([]any)
				child(r, 0)["children"], child(r, 1)["children"] = below[1:], []any{below[0]}
			}),
			[]string{"moved rule default/Old/Images from default/Offload/Images"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			diff, err := rulediff.Compare(tree(t, from), tree(t, tt.to))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, lines(diff)); d != "" {
				t.Errorf("changes (-want +got):\n%s", d)
			}
			checkPatch(t, tree(t, from), tree(t, tt.to), diff)
		})
	}
}

func TestTheRuleFormatIsAChange(t *testing.T) {
	from, to := tree(t, rule("default", nil)), tree(t, rule("default", nil))
	to.RuleFormat = "v2025-02-02"
	diff, err := rulediff.Compare(from, to)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{`changed ruleFormat  :"v2024-01-01"→"v2025-02-02"`}, lines(diff)); d != "" {
		t.Error(d)
	}
	checkPatch(t, from, to, diff)
}

// document is the body of PAPI's rules that the patch is for.
func document(tr rulediff.Tree) []byte {
	data, _ := json.Marshal(map[string]any{"ruleFormat": tr.RuleFormat, "rules": tr.Rules})
	return data
}

// checkPatch applies the patch with another library.
func checkPatch(t testing.TB, from, to rulediff.Tree, diff *rulediff.Diff) {
	t.Helper()
	data, err := json.Marshal(append([]rulediff.Operation{}, diff.Patch...))
	if err != nil {
		t.Fatal(err)
	}
	patch, err := jsonpatch.DecodePatch(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := patch.Apply(document(from))
	if err != nil {
		t.Fatalf("the patch cannot be applied: %v\n%.2000s", err, data)
	}
	got, want, was := withoutEmptyLists(t, got), withoutEmptyLists(t, document(to)), withoutEmptyLists(t, document(from))
	if !jsonpatch.Equal(got, want) {
		t.Errorf("the patch makes something else of it:\n%.2000s\nfrom %.2000s\nwant %.2000s\ngot  %.2000s", data, document(from), document(to), got)
	}
	if same := jsonpatch.Equal(was, want); len(diff.Changes) == 0 != same || len(diff.Patch) == 0 != same {
		t.Errorf("%d changes are told between\n%.2000s\nand\n%.2000s", len(diff.Changes), document(from), document(to))
	}
}

func withoutEmptyLists(t testing.TB, data []byte) []byte {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	var strip func(map[string]any)
	strip = func(one map[string]any) {
		for _, key := range []string{"behaviors", "criteria", "children"} {
			list, ok := one[key].([]any)
			if ok && len(list) == 0 {
				delete(one, key)
			}
			for _, below := range list {
				strip(below.(map[string]any))
			}
		}
	}
	strip(d["rules"].(map[string]any))
	data, _ = json.Marshal(d)
	return data
}

// randomTree is a tree with few names, so that some come twice, and some rules are in several places.
func randomTree(r *rand.Rand, depth int) ruleOf {
	pick := func(names ...string) string { return names[r.IntN(len(names))] }
	items := func() []any {
		all := []any{}
		for range r.IntN(4) {
			all = append(all, behavior(pick("a", "b", "c"), pick("x", "y/z", "~"), r.IntN(3), "list", []any{r.IntN(2), r.IntN(2)}))
		}
		return all
	}
	one := ruleOf{"name": pick("one", "two", "three"), "behaviors": items()}
	if r.IntN(2) == 0 {
		one["criteria"] = items()
	}
	if r.IntN(3) == 0 {
		one["comments"] = pick("", "why")
	}
	if r.IntN(3) == 0 {
		one["options"] = map[string]any{"is_secure": r.IntN(2) == 0}
	}
	if depth < 3 && r.IntN(4) > 0 {
		children := []any{}
		for range r.IntN(5) {
			children = append(children, randomTree(r, depth+1))
		}
		one["children"] = children
	}
	return one
}

func TestThePatchMakesOneTreeOfTheOther(t *testing.T) {
	seeds := uint64(3000)
	if testing.Short() {
		seeds = 300
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 0))
		a, b := randomTree(r, 0), randomTree(r, 0)
		if seed%2 == 0 { // mostly the same
			b = ruleOf{}
			data, _ := json.Marshal(a)
			if err := json.Unmarshal(data, &b); err != nil {
				t.Fatal(err)
			}
			shuffle(r, b)
		}
		from, to := tree(t, a), tree(t, b)
		diff, err := rulediff.Compare(from, to)
		if err != nil {
			t.Fatal(err)
		}
		checkPatch(t, from, to, diff)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// shuffle changes a tree here and there.
func shuffle(r *rand.Rand, one map[string]any) {
	for _, key := range []string{"behaviors", "criteria", "children"} {
		list, ok := one[key].([]any)
		if !ok {
			continue
		}
		if r.IntN(3) == 0 {
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		if len(list) > 0 && r.IntN(4) == 0 {
			i := r.IntN(len(list))
			list = append(list[:i:i], list[i+1:]...)
		}
		if r.IntN(8) == 0 && key != "children" {
			delete(one, key)
			continue
		}
		one[key] = list
		for _, below := range list {
			if key == "children" {
				shuffle(r, below.(map[string]any))
			}
		}
	}
}

func TestFormOfTheJSONIsNoChange(t *testing.T) {
	from := rulediff.Tree{Rules: []byte(`{"name":"default","behaviors":[{"name":"a","options":{"x":1,"y":[1,2]}}],"options":{"p":true,"q":1e2}}`)}
	to := rulediff.Tree{Rules: []byte("{ \"options\":{\"q\":1e2,\"p\":true},\n\"behaviors\":[{\"options\":{\"y\":[1, 2],\"x\":1},\"name\":\"a\"}],\"name\":\"default\"}")}
	diff, err := rulediff.Compare(from, to)
	if err != nil || len(diff.Changes)+len(diff.Patch) != 0 {
		t.Errorf("%v, %v", lines(diff), err)
	}
}

func TestLargeNumbersKeepTheirDigits(t *testing.T) {
	number := func(n string) rulediff.Tree {
		return rulediff.Tree{Rules: []byte(`{"name":"default","behaviors":[{"name":"cpCode","options":{"id":` + n + `}}]}`)}
	}
	diff, err := rulediff.Compare(number("12345678901234567890"), number("12345678901234567891"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"changed behavior default cpCode /options/id:12345678901234567890→12345678901234567891"}, lines(diff)); d != "" {
		t.Error(d)
	}
}

func TestWhatIsNoRuleTreeIsAnError(t *testing.T) {
	whole := rulediff.Tree{Rules: []byte(`{"name":"default"}`)}
	deep := strings.Repeat(`{"children":[`, 102) + "{}" + strings.Repeat("]}", 102)
	inside := strings.Repeat(`[{"\\\"]":`, 10_000_000)
	wide := `{"name":"default","options":[` + strings.Repeat(`{"\"":[]},`, 10_000) + "{}]}"
	if _, err := rulediff.Compare(whole, rulediff.Tree{Rules: []byte(wide)}); err != nil {
		t.Error(err)
	}
	for text, part := range map[string]string{
		``: "no JSON", `{`: "no JSON", `[]`: "no object", `"x"`: "no object", `null`: "no object",
		`{"children":{}}`: "no list", `{"behaviors":null}`: "no list", `{"children":[1]}`: "no object", deep: "nested",
		inside: "nested", strings.Repeat("[", 10_000_000): "nested", `{"name":"default","options":` + inside: "nested",
	} {
		for _, pair := range [][2]rulediff.Tree{{whole, {Rules: []byte(text)}}, {{Rules: []byte(text)}, whole}} {
			if _, err := rulediff.Compare(pair[0], pair[1]); err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%.60s: %v, want %q in it", text, err, part)
			}
		}
	}
	if _, err := rulediff.Compare(whole, rulediff.Tree{Rules: []byte(deep)}); !errors.Is(err, rulediff.ErrTooDeep) {
		t.Errorf("nested too deep: %v", err)
	}
}

// A list with very many moved elements is replaced, with all that has changed below it.
func TestManyMovesReplaceTheList(t *testing.T) {
	const n = 8000
	var a, b []any
	for i := range n {
		a = append(a, rule(fmt.Sprint("r", i), nil))
		b = append(b, rule(fmt.Sprint("r", n-1-i), []any{behavior("x", "i", i)}))
	}
	from, to := tree(t, rule("default", nil, a...)), tree(t, rule("default", nil, b...))
	diff, err := rulediff.Compare(from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(diff.Patch) != 1 || diff.Patch[0].Op != "replace" || diff.Patch[0].Path != "/rules/children" {
		t.Errorf("%d operations, the first %s %s", len(diff.Patch), diff.Patch[0].Op, diff.Patch[0].Path)
	}
	checkPatch(t, from, to, diff)
}

func FuzzCompareTakesEverything(f *testing.F) {
	f.Add([]byte(`{"name":"default","behaviors":[{"name":"a"}],"children":[{"name":"b"}]}`), []byte(`{"name":"default","children":[]}`))
	f.Add([]byte(`{"a":1,"a":2}`), []byte(`{"":null}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		diff, err := rulediff.Compare(rulediff.Tree{Rules: a}, rulediff.Tree{Rules: b})
		if err != nil {
			return
		}
		same, err := rulediff.Compare(rulediff.Tree{Rules: b}, rulediff.Tree{Rules: b})
		if err != nil || len(same.Changes) > 0 {
			t.Fatalf("a tree differs from itself: %v, %v", lines(same), err)
		}
		if bytes.Equal(a, b) && len(diff.Changes) > 0 {
			t.Fatalf("equal trees differ: %v", lines(diff))
		}
	})
}

func TestLocationsAreFoundByTheirNames(t *testing.T) {
	root := rule("default", []any{behavior("origin")}, rule("Images", []any{behavior("a"), behavior("caching")}, rule("Small", nil)))
	rules := tree(t, root).Rules
	for location, want := range map[string]string{
		"#/rules":                                   "rule default ",
		"#/rules/behaviors/0":                       "behavior default origin",
		"#/rules/behaviors/0/options/x":             "behavior default origin",
		"#/rules/children/0":                        "rule default/Images ",
		"/rules/children/0/behaviors/1/options/ttl": "behavior default/Images caching",
		"#/rules/children/0/children/0/criteria":    "rule default/Images/Small ",
		"#/rules/options/is_secure":                 "rule default ",
		"#/rules/behaviors/1":                       "",
		"#/rules/children/x":                        "",
		"#/rules/children/0/behaviors/-1":           "",
		"#/rules/children/#":                        "",
		"#/rules/children/@this":                    "",
		"":                                          "",
		"#/other":                                   "",
	} {
		got := ""
		if p, ok := rulediff.Locate(rules, location); ok {
			got = fmt.Sprintf("%s %s %s", p.Part, strings.Join(p.Path, "/"), p.Name)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", location, got, want)
		}
	}
	if _, ok := rulediff.Locate([]byte(`{`), "#/rules"); ok {
		t.Error("found in what is no JSON")
	}
}
