package settings

import (
	"slices"
	"strings"
)

// List is a flag that takes several texts, with commas or line breaks between them. Blanks
// around a text are no part of it. One that is empty is kept, for whoever reads the list
// to refuse: it was meant to be something.
type List struct{ All []string }

// Type implements pflag.Value. It is what pflag calls a list of texts.
func (l *List) Type() string { return "stringSlice" }

// String implements pflag.Value.
func (l *List) String() string { return strings.Join(l.All, ",") }

// Set implements pflag.Value. It adds what a flag was given.
func (l *List) Set(s string) error { return l.Append(s) }

// Append implements pflag.SliceValue.
func (l *List) Append(s string) error {
	l.All = append(l.All, split(s)...)
	return nil
}

// Replace implements pflag.SliceValue.
func (l *List) Replace(all []string) error {
	l.All = nil
	for _, one := range all {
		l.All = append(l.All, split(one)...)
	}
	return nil
}

// GetSlice implements pflag.SliceValue.
func (l *List) GetSlice() []string { return slices.Clone(l.All) }

// split returns the items of a list. Empty lines are none, and neither is what would be
// between a comma and the end of its line, but for the last one.
func split(text string) []string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	if len(lines) == 0 {
		return []string{""}
	}
	var items []string
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if i < len(lines)-1 {
			line = strings.TrimSuffix(line, ",")
		}
		for item := range strings.SplitSeq(line, ",") {
			items = append(items, strings.TrimSpace(item))
		}
	}
	return items
}
