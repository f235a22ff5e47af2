package rollout_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/activation/rollout"
)

const (
	digest    = "0123456789ab"
	noteBytes = 1000 // that a note has at most
)

// drawMark draws a mark that a run may write.
func drawMark(r *rapid.T) rollout.Mark {
	m := rollout.Mark{
		Name: rapid.StringMatching(`[A-Za-z0-9_-]{1,60}`).Draw(r, "name"), Digest: rapid.StringMatching(`[0-9a-f]{12}`).Draw(r, "digest"),
		Total: rapid.IntRange(1, 999_999).Draw(r, "total"), Attempt: rapid.IntRange(1, 999).Draw(r, "attempt"),
	}
	m.Place = rapid.IntRange(1, m.Total).Draw(r, "place")
	switch rapid.IntRange(0, 2).Draw(r, "kind") {
	case 1:
		m.Part = rollout.Part{First: rapid.IntRange(1, m.Place).Draw(r, "first"), Last: rapid.IntRange(m.Place, m.Total).Draw(r, "last")}
		m.Request = rapid.StringMatching(`([0-9a-f]{6})?`).Draw(r, "request")
	case 2:
		m.Back, m.Scope = true, rapid.SampledFrom([]rollout.Scope{"", rollout.ScopeAll, rollout.ScopeWave}).Draw(r, "scope")
	}
	return m
}

// Whatever somebody writes in a note, the mark is whole, is read again, and the note gives way where there is no room.
func TestAnyNoteGivesWayToTheMark(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := drawMark(r)
		unit := rapid.SampledFrom([]string{"a", "ü", "日", "🙂", "e\u0301", " ", "]", "[propctl ", rollout.Mark{Name: "x", Digest: digest, Place: 1, Total: 1, Attempt: 1}.String()}).Draw(r, "unit")
		note := strings.Repeat(unit, rapid.IntRange(0, 2000/len(unit)).Draw(r, "times")) + rapid.StringOfN(rapid.Rune(), 0, 20, -1).Draw(r, "end")
		got := m.In(note)
		if read, ok := rollout.ParseMark(got); !ok || read != m {
			r.Fatalf("%+v is read as %+v, %t", m, read, ok)
		}
		if len(got) > noteBytes || !utf8.ValidString(got) {
			r.Fatalf("%d bytes, valid: %t", len(got), utf8.ValidString(got))
		}
		kept, _ := strings.CutSuffix(got, m.String())
		switch kept = strings.TrimSuffix(kept, " "); {
		case len(note)+1+len(m.String()) <= noteBytes:
			if strings.TrimSuffix(kept, " ") != strings.TrimSuffix(note, " ") {
				r.Fatalf("there is room, and %q has become %q", note, kept)
			}
		case !strings.HasSuffix(kept, "…") || !strings.HasPrefix(note, strings.TrimSuffix(kept, "…")):
			r.Fatalf("%q was cut to %q", note, kept)
		case noteBytes-len(got) >= 2*utf8.UTFMax:
			r.Fatalf("%d bytes are left", noteBytes-len(got))
		}
	})
}

func TestANoteIsCutWhereItHasTo(t *testing.T) {
	m := rollout.Mark{Name: "x", Digest: digest, Place: 1, Total: 1, Attempt: 1}
	room := noteBytes - len(m.String()) - len(" ")
	for note, want := range map[string]string{
		"":                             "",
		"a":                            "a ",
		strings.Repeat("a", room):      strings.Repeat("a", room) + " ",
		strings.Repeat("a", room+1):    strings.Repeat("a", room-3) + "… ",
		strings.Repeat("a", room*1000): strings.Repeat("a", room-3) + "… ",
		strings.Repeat("🙂", 500):       strings.Repeat("🙂", (room-3)/4) + "… ",
	} {
		if got := m.In(note); got != want+m.String() {
			t.Errorf("a note of %d bytes: %q", len(note), got)
		}
	}
}

// What only looks like a mark is none: it would be taken for the work of a rollout.
func TestWhatIsNoMarkIsNotReadAsOne(t *testing.T) {
	const good = "[propctl web-1/" + digest + " 3/5]"
	for _, note := range []string{good, "A change " + good, good + "\n", "a\n" + good + " \t\r\n", "[propctl ] " + good, good + " " + good} {
		if m, ok := rollout.ParseMark(note); !ok || m.Name != "web-1" || m.Place != 3 || m.Total != 5 || m.Attempt != 1 {
			t.Errorf("%q is read as %+v, %t", note, m, ok)
		}
	}
	for _, note := range []string{
		"", "]", "[", "[propctl ", "[propctl ]", "[propctl x]", "[propctl web-1/" + digest + "]",
		good + ".", good + " by hand", strings.TrimSuffix(good, "]"), strings.ToUpper(good), strings.TrimPrefix(good, "["),
		"[propctl web.1/" + digest + " 3/5]", "[propctl /" + digest + " 3/5]", "[propctl wéb/" + digest + " 3/5]",
		"[propctl " + strings.Repeat("a", 61) + "/" + digest + " 3/5]", "[propctl web-1 " + digest + " 3/5]",
		"[propctl web-1/0123456789a 3/5]", "[propctl web-1/0123456789abc 3/5]", "[propctl web-1/0123456789aB 3/5]", "[propctl web-1/0123456789ag 3/5]", "[propctl web-1/01234567 9ab 3/5]",
		"[propctl web-1/" + digest + " 6/5]", "[propctl web-1/" + digest + " 0/5]", "[propctl web-1/" + digest + " -1/5]", "[propctl web-1/" + digest + " 3]",
		"[propctl web-1/" + digest + " 3/0]", "[propctl web-1/" + digest + " 03/5]", "[propctl web-1/" + digest + " +3/5]", "[propctl web-1/" + digest + " 3/1000000]", "[propctl web-1/" + digest + " x/5]",
		"[propctl web-1/" + digest + " 3/5 #1]", "[propctl web-1/" + digest + " 3/5 #0]", "[propctl web-1/" + digest + " 3/5 #x]", "[propctl web-1/" + digest + " 3/5 2]", "[propctl web-1/" + digest + " 3/5  #2]",
		"[propctl web-1/" + digest + " 3/5 bulk]", "[propctl web-1/" + digest + " 3/5 bulk 1]", "[propctl web-1/" + digest + " 3/5 bulk 4-5]", "[propctl web-1/" + digest + " 3/5 bulk 1-2]",
		"[propctl web-1/" + digest + " 3/5 bulk 3-6]", "[propctl web-1/" + digest + " 3/5 bulk 0-3]", "[propctl web-1/" + digest + " 3/5 bulk 1-3 back]", "[propctl web-1/" + digest + " 3/5 bulk 1-3 #2]",
		"[propctl web-1/" + digest + " 3/5 bulk 1-3/]", "[propctl web-1/" + digest + " 3/5 bulk 1-3/12345]", "[propctl web-1/" + digest + " 3/5 bulk 1-3/12345G]", "[propctl web-1/" + digest + " 3/5 bulk 1-3/123456/]",
		"[propctl web-1/" + digest + " 3/5 all]", "[propctl web-1/" + digest + " 3/5 wave]", "[propctl web-1/" + digest + " 3/5 all wave back]", "[propctl web-1/" + digest + " 3/5 back all]",
		"[propctl web-1/" + digest + " 3/5 back back]", "[propctl web-1/" + digest + " 3/5 some back]", "[propctl web-1/" + digest + " 3/5 back #2]", "[propctl web-1/" + digest + " 3/5 later]",
	} {
		if m, ok := rollout.ParseMark(note); ok {
			t.Errorf("%q is read as %+v", note, m)
		}
	}
}

// One character more, less or other: it is no mark, or the mark that is written there.
func TestAMarkIsReadAsItIsWrittenOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := []byte(drawMark(r).String())
		at := rapid.IntRange(0, len(text)-1).Draw(r, "at")
		other := rapid.SampledFrom([]byte("0123456789abfgAZ#-/ []_.\n")).Draw(r, "other")
		switch rapid.IntRange(0, 2).Draw(r, "change") {
		case 0:
			text[at] = other
		case 1:
			text = append(text[:at], text[at+1:]...)
		case 2:
			text = append(text[:at], append([]byte{other}, text[at:]...)...)
		}
		if m, ok := rollout.ParseMark(string(text)); ok && !strings.HasSuffix(strings.TrimRight(string(text), " \n"), m.String()) {
			r.Errorf("%q is read as %s", text, m)
		}
	})
}

func FuzzParseMark(f *testing.F) {
	f.Add("A change [propctl web-1/" + digest + " 3/5 #2 bulk 1-3]")
	f.Add("[propctl web-1/" + digest + " 3/5 all back]")
	f.Fuzz(func(t *testing.T, note string) {
		if m, ok := rollout.ParseMark(note); ok && (m.Place < 1 || m.Place > m.Total || m.Attempt < 1 || !strings.Contains(note, m.String())) {
			t.Errorf("%q is read as %+v", note, m)
		}
	})
}
