package result

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/propctl/propctl/cmd/term"
)

func FuzzJSONIsHarmlessAndUnchanged(f *testing.F) {
	for _, s := range []string{"::error::", "##vso[x]", "\x1b[2J", "\u009b", "\u202e", `\::\##`, "\U000e0041", "<&>", "\ufeff::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		data, err := EncodeJSON(map[string]string{"text": s}, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"::", "##"} {
			if strings.Contains(string(data), bad) {
				t.Errorf("%q in %s", bad, data)
			}
		}
		if i := strings.IndexFunc(string(data), func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || term.IsUnsafe(r)) }); i >= 0 {
			t.Errorf("unsafe rune at %d of %q", i, data)
		}
		var back map[string]string
		if err := json.Unmarshal(data, &back); err != nil || back["text"] != s {
			t.Errorf("%q came back as %q (%v)", s, back["text"], err)
		}
	})
}

func TestIndentedJSONIsAsTheLibraryIndentsIt(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `null`, `"a"`, `[[],{},[{}],{"a":[]}]`, `{"a":{"b":[1,2,{"c":"{[,:]}\"\\"}]},"d":null,"é::":"##"}`, `[{"a":1},{"a":2}]`,
	} {
		compact, err := EncodeJSON(json.RawMessage(text), false)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Indent(&want, compact, "", "  "); err != nil {
			t.Fatal(err)
		}
		got, err := EncodeJSON(json.RawMessage(text), true)
		if err != nil || string(got) != want.String() {
			t.Errorf("%v: %s\nwant\n%s", err, got, want.String())
		}
	}
}
