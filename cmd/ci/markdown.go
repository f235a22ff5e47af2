package ci

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
)

// markdown is a page in Markdown. Text from outside is written as code only, where nothing is a link, an image,
// HTML, emphasis or a mention.
type markdown struct{ b strings.Builder }

// heading begins a section. Its text is never from outside.
func (m *markdown) heading(own string) { m.b.WriteString("### " + own + "\n\n") }

// line writes a paragraph. Its text is never from outside.
func (m *markdown) line(own string) { m.b.WriteString(own + "\n\n") }

// table writes a table. Cells may be text from outside, headers never are.
func (m *markdown) table(columns []string, rows [][]string) {
	m.b.WriteString("| " + strings.Join(columns, " | ") + " |\n|" + strings.Repeat(" --- |", len(columns)) + "\n")
	for _, row := range rows {
		for _, cell := range row {
			m.b.WriteString("| " + inlineCode(cell) + " ")
		}
		m.b.WriteString("|\n")
	}
	m.b.WriteString("\n")
}

// inlineCode makes code of a text for a line or a cell. A backquote would end it, and
// a bar the cell even inside of it; something that looks like them stands for them.
func inlineCode(text string) string { return inlineCodeOf(text, term.MaxName) }

// inlineCodeOf is inlineCode for a text of at most so many runes.
func inlineCodeOf(text string, most int) string {
	text = strings.TrimSpace(strings.NewReplacer("`", "ˋ", "|", "¦").Replace(term.Clean(text, most)))
	if text == "" {
		return "–"
	}
	return "`" + text + "`"
}

// block shows lines as they are. Its fence is longer than any run of backquotes in
// them, so that none of them ends it.
func (m *markdown) block(lines []string) {
	if len(lines) == 0 {
		return
	}
	const shortest = 3
	longest := shortest - 1
	for i, line := range lines {
		lines[i] = term.Clean(line, term.MaxMessage)
		run := 0
		for _, r := range line {
			if r != '`' {
				run = 0
				continue
			}
			run++
			longest = max(longest, run)
		}
	}
	fence := strings.Repeat("`", longest+1)
	m.b.WriteString(fence + "text\n" + strings.Join(lines, "\n") + "\n" + fence + "\n\n")
}
