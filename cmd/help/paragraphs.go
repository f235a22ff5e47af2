package help

import (
	"strings"
	"unicode/utf8"
)

// hanging fills lines of which all but the first are indented up to a column.
func hanging(text string, column, width int) string {
	const least = 20
	return strings.ReplaceAll(paragraphs(text, max(width-column, least)), "\n", "\n"+strings.Repeat(" ", column))
}

// paragraphs fills the lines of paragraphs up to a width. Lines that are indented are
// left as they are.
func paragraphs(text string, width int) string {
	var lines []string
	open := false // the last line may be added to
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.HasPrefix(line, " ") {
			lines, open = append(lines, line), false
			continue
		}
		for word := range strings.FieldsSeq(line) {
			last := len(lines) - 1
			if open && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
				lines[last] += " " + word
				continue
			}
			lines, open = append(lines, word), true
		}
	}
	return strings.Join(lines, "\n")
}
