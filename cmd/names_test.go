package cmd_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/propctl/propctl/cmd"
)

// members returns the members of all objects that are printed.
func members(t *testing.T) map[string]schemaDoc {
	t.Helper()
	all := map[string]schemaDoc{}
	for object, d := range readSchema(t, "events").Defs {
		for member, p := range d.Properties {
			all[object+"."+member] = p
		}
	}
	return all
}

// hasType reports whether a member can be of a type.
func (s schemaDoc) hasType(wanted string) bool {
	types, ok := s.Type.([]any)
	return s.Type == wanted || ok && slices.Contains(types, any(wanted))
}

func TestNamesAreOfOneForm(t *testing.T) {
	word, member := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`), regexp.MustCompile(`^[a-zA-Z]+\.[a-z][a-zA-Z0-9]*$`)
	for command, flags := range cmd.FlagTypes() {
		for name := range flags {
			if !word.MatchString(name) {
				t.Errorf("%s --%s", command, name)
			}
		}
		for name := range strings.FieldsSeq(command) {
			if !word.MatchString(name) {
				t.Errorf("command %s", command)
			}
		}
	}
	plural := regexp.MustCompile(`s$|\.(pending|history|usual|added|removed|changed|staging|production|path|movedFrom|patch)$`)
	for name, p := range members(t) {
		if !member.MatchString(name) || p.hasType("array") && !p.hasType("object") && !plural.MatchString(name) {
			t.Errorf("member %s", name)
		}
	}
}

func TestNumbersThatMeasureHaveTheirUnitInTheirName(t *testing.T) {
	for name, p := range members(t) {
		if p.hasType("number") && !p.hasType("object") && !strings.HasSuffix(name, "Seconds") {
			t.Errorf("%s does not say what it is measured in", name)
		}
	}
}

// The list is of what readers may rely on. It grows with each release, and nothing
// leaves it before the next schemaVersion.
func TestMembersAreNeverRemovedNorRenamed(t *testing.T) {
	list, err := os.ReadFile("testdata/members-1.txt")
	if err != nil {
		t.Fatal(err)
	}
	have, n := members(t), 0
	for line := range strings.Lines(string(list)) {
		name, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
		p, ok := have[name]
		switch {
		case !ok:
			t.Errorf("%s is gone", name)
		case kind != p.kind():
			t.Errorf("%s was %s and is %s now", name, kind, p.kind())
		}
		n++
	}
	if n < 100 {
		t.Errorf("the list has %d members only", n)
	}
}

// kind is what a reader has to expect of a member, on one line.
func (s schemaDoc) kind() string {
	text := s.Ref
	for _, t := range []string{"string", "integer", "number", "boolean", "array", "null"} {
		if s.hasType(t) {
			text += " " + t
		}
	}
	for _, one := range s.AnyOf {
		text += " or" + " " + one.kind()
	}
	if s.Items != nil {
		text += " of " + s.Items.kind()
	}
	return strings.TrimPrefix(strings.TrimSpace(strings.ReplaceAll(text, "#/$defs/", "")), "or ")
}
