package ci

import "testing"

func TestFencesAreLongerThanWhatIsInThem(t *testing.T) {
	for in, want := range map[string]string{
		"plain":      "```text\nplain\n```\n\n",
		"a ` b":      "```text\na ` b\n```\n\n",
		"```":        "````text\n```\n````\n\n",
		"````` ````": "``````text\n````` ````\n``````\n\n",
		"```\n# x":   "````text\n```\\n# x\n````\n\n",
	} {
		m := &markdown{}
		m.block([]string{in})
		if got := m.b.String(); got != want {
			t.Errorf("%q became\n%s\nwant\n%s", in, got, want)
		}
	}
}
