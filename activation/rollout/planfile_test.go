package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

// A digest is no secret: whoever edits a plan can compute it. So each thing in it is checked for itself.
func TestAPlanWithARightDigestIsCheckedAllTheSame(t *testing.T) {
	whole := func() *Plan {
		p := planOf([]papi.Network{papi.Staging, papi.Production}, 2, 3)
		p.SchemaVersion, p.Notify, p.Note = planVersion, []string{"you@example.com"}, "A change"
		p.Checks = map[string]Check{"home": {HTTP: "https://{hostname}/", Within: Duration(time.Minute)}}
		p.Waves[0].Checks = []string{"home"}
		p.Window = &Window{From: "09:00", To: "17:00", Zone: "UTC"}
		return p
	}
	first := func(p *Plan) *Pinned { return &p.Waves[0].Properties[0] }
	for name, tt := range map[string]struct {
		change func(*Plan)
		want   string // empty: it is fine
	}{
		"nothing changed":                   {func(*Plan) {}, ""},
		"returned by wave":                  {func(p *Plan) { p.OnFailure = RollbackWave }, ""},
		"returned whole":                    {func(p *Plan) { p.OnFailure = Rollback }, ""},
		"undecided fails":                   {func(p *Plan) { p.Undecided = UndecidedFails }, ""},
		"undecided holds":                   {func(p *Plan) { p.Undecided = UndecidedHolds }, ""},
		"without contracts and groups":      {func(p *Plan) { first(p).ContractID, first(p).GroupID = "", "" }, ""},
		"with contract and group":           {func(p *Plan) { first(p).ContractID, first(p).GroupID = "ctr_1-ABC", "grp_1" }, ""},
		"a command":                         {func(p *Plan) { p.Checks["home"] = Check{Command: []string{"./x"}} }, ""},
		"as many at once as there can be":   {func(p *Plan) { p.Waves[0].AtOnce = maxItems }, ""},
		"as many waves as there can be":     {func(p *Plan) { *p = *planOf(staging, repeat(1, maxWaves)...) }, ""},
		"one wave more":                     {func(p *Plan) { *p = *planOf(staging, repeat(1, maxWaves+1)...) }, "the plan has 101 waves"},
		"as many properties as there can":   {func(p *Plan) { *p = *planOf(staging, maxItems) }, ""},
		"one property more":                 {func(p *Plan) { *p = *planOf(staging, maxItems+1) }, "the plan has 10001 properties, and can have 1 to 10000"},
		"another kind":                      {func(p *Plan) { p.Kind = "x" }, "the file is not a plan of a rollout"},
		"no name":                           {func(p *Plan) { p.Name = "" }, `the plan's name "" is not valid`},
		"a name that would break its marks": {func(p *Plan) { p.Name = "a]" }, `the plan's name "a]" is not valid`},
		"no account":                        {func(p *Plan) { p.AccountID = "" }, "the plan names no account"},
		"an account with a path":            {func(p *Plan) { p.AccountID = "a/b" }, "the plan names no account"},
		"no waves":                          {func(p *Plan) { p.Waves = nil }, "the plan has 0 waves"},
		"waves of nothing":                  {func(p *Plan) { p.Waves[0].Properties, p.Waves[1].Properties = nil, nil }, "the plan has 0 properties"},
		"an unknown answer to failures":     {func(p *Plan) { p.OnFailure = "explode" }, `"explode" is not known for onFailure`},
		"no answer to failures":             {func(p *Plan) { p.OnFailure = "" }, `"" is not known for onFailure`},
		"an unknown answer to no answer":    {func(p *Plan) { p.Undecided = "maybe" }, `"maybe" is not known for undecided`},
		"no networks":                       {func(p *Plan) { p.Networks = nil }, "the plan has 0 networks"},
		"an unknown network":                {func(p *Plan) { p.Networks[1] = "MARS" }, "networks [STAGING MARS] are not valid"},
		"a network twice":                   {func(p *Plan) { p.Networks[1] = papi.Staging }, "networks [STAGING STAGING] are not valid"},
		"two waves of a name":               {func(p *Plan) { p.Waves[1].Name = p.Waves[0].Name }, "two waves of the plan are called wave-1"},
		"a wave without a name":             {func(p *Plan) { p.Waves[1].Name = "" }, `wave "" of the plan is not valid`},
		"a wave of which none may go":       {func(p *Plan) { p.Waves[1].AtOnce = 0 }, `wave "wave-2" of the plan is not valid`},
		"a wave of which too many may go":   {func(p *Plan) { p.Waves[1].AtOnce = maxItems + 1 }, `wave "wave-2" of the plan is not valid`},
		"a check that there is not":         {func(p *Plan) { p.Waves[1].Checks = []string{"x"} }, `wave wave-2 has a check "x", which the plan has not`},
		"a property twice":                  {func(p *Plan) { p.Waves[1].Properties[0].PropertyID = "1" }, "property 1 is in the plan twice"},
		"an id with a path":                 {func(p *Plan) { first(p).PropertyID = "prp_1/x" }, `property "prp_1/x" of the plan is not valid`},
		"a contract with a path":            {func(p *Plan) { first(p).ContractID = "ctr/1" }, `property "prp_1" of the plan is not valid`},
		"a group with a query":              {func(p *Plan) { first(p).GroupID = "grp_1?x" }, `property "prp_1" of the plan is not valid`},
		"a name of two lines":               {func(p *Plan) { first(p).Name = "a\nb" }, `property "prp_1" of the plan is not valid`},
		"no version":                        {func(p *Plan) { first(p).Version = 0 }, `property "prp_1" of the plan is not valid`},
		"less than nothing on staging":      {func(p *Plan) { first(p).Staging = -1 }, `property "prp_1" of the plan is not valid`},
		"less than nothing on production":   {func(p *Plan) { first(p).Production = -1 }, `property "prp_1" of the plan is not valid`},
		"a note of two lines":               {func(p *Plan) { p.Note = "a\nb" }, `the plan's text "a\nb" is too long or has control characters`},
		"a note that is too long":           {func(p *Plan) { p.Note = strings.Repeat("a", maxText+1) }, "is too long or has control characters"},
		"a note as long as it can be":       {func(p *Plan) { p.Note = strings.Repeat("a", maxText) }, ""},
		"an address with a delete":          {func(p *Plan) { p.Notify = []string{"ok", "a\x7f"} }, "is too long or has control characters"},
		"a reserve below nothing":           {func(p *Plan) { p.Reserve = -1 }, "a number in the plan is out of its range"},
		"all may fail":                      {func(p *Plan) { p.Tolerate = Amount{Rest: true} }, "a number in the plan is out of its range"},
		"a check of no name":                {func(p *Plan) { p.Checks["a b"] = p.Checks["home"] }, `check "a b" of the plan is not valid`},
		"a check of nothing":                {func(p *Plan) { p.Checks["home"] = Check{} }, `check "home" of the plan is not valid`},
		"a check of both kinds":             {func(p *Plan) { p.Checks["home"] = Check{HTTP: "https://x/", Command: []string{"x"}} }, `check "home" of the plan is not valid`},
		"a window that is never open":       {func(p *Plan) { p.Window.To = "09:00" }, "the window from 09:00 to 09:00 is empty"},
		"a window nowhere":                  {func(p *Plan) { p.Window.Zone = "Mars" }, `zone "Mars" is not known`},
		"an older program's":                {func(p *Plan) { p.SchemaVersion-- }, "and this program reads version"},
	} {
		p := whole()
		tt.change(p)
		p.Digest = p.digest()
		data, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParsePlan(data)
		switch {
		case tt.want == "" && (err != nil || got.Digest != p.Digest):
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && (err == nil || got != nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func repeat(size, times int) []int {
	var all []int
	for range times {
		all = append(all, size)
	}
	return all
}

func TestWhatIsAPlanAndWhatAManifest(t *testing.T) {
	data, err := planOf(staging, 1).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		string(data): true, "\n\t " + string(data): true, `{"kind": "` + PlanKind + `"}`: true,
		`{"kind": "x"}`: false, "{}": false, "": false, `{"name": "x", "properties": ["prp_1"]}`: false,
		"kind: " + PlanKind: false, string(data[:len(data)/2]): false, `["` + PlanKind + `"]`: false,
	} {
		if got := IsPlan([]byte(text)); got != want {
			t.Errorf("%.40q is a plan: %t", text, got)
		}
	}
	if _, err := ParsePlan(append(data, "{}"...)); err == nil || !strings.Contains(err.Error(), "followed by something else") {
		t.Errorf("%v", err)
	}
	if _, err := ParsePlan([]byte(strings.Repeat(" ", 16<<20) + "{")); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("%v", err)
	}
}

// A property of a plan is named as the plan has it, and by its id with or without the prefix.
func TestHowAPropertyOfAPlanIsNamed(t *testing.T) {
	p := Pinned{PropertyID: "prp_12", Name: "www.example.com"}
	for name, want := range map[string]bool{"www.example.com": true, "prp_12": true, "12": true, "prp_1": false, "WWW.example.com": false, "": false, "api.example.com": false} {
		if p.called(name) != want {
			t.Errorf("%q names it: %t", name, p.called(name))
		}
	}
	if p.Title() != "www.example.com" || (Pinned{PropertyID: "prp_12"}).Title() != "prp_12" || (Pinned{PropertyID: "prp_12"}).called("") {
		t.Errorf("%q, and without a name %q", p.Title(), Pinned{PropertyID: "prp_12"}.Title())
	}
}
