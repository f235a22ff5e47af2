package text

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// What is not decoded looks like what is.
func TestAPlainValueIsShownAsItWouldBeDecoded(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, raw string) {
		if got, want := valueText(json.RawMessage(raw)), encodedText(json.RawMessage(raw)); got != want {
			t.Errorf("%s is shown as %s, and decoded as %s", raw, got, want)
		}
	}
	for _, raw := range []string{`""`, `"7d"`, `"MAX_AGE"`, `7`, `-1.50e+3`, `true`, `null`, `"Bearer abc"`, `"bearer  abc"`, `"Basic x"`, `"a<b>&c"`, `"::x"`, `"##[x]"`, `"ä"`, `"\u003c"`, `[1]`, `{"key":1}`, `"token"`, `"Digest "`} {
		check(t, raw)
	}
	values := rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9 _+./*:#\[\]<-]{0,12}`), rapid.StringMatching(`(basic|Token|x) [a-z]{0,3}`), rapid.String())
	rapid.Check(t, func(r *rapid.T) {
		raw, err := json.Marshal(values.Draw(r, "value"))
		if err != nil {
			r.Fatal(err)
		}
		check(r, string(raw))
	})
	if !isPlain(json.RawMessage(`"7d"`)) || !isPlain(json.RawMessage(`12`)) || isPlain(json.RawMessage(`"a:b"`)) || isPlain(nil) {
		t.Error("what is plain and what is not is not told apart")
	}
}
