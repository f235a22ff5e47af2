package ci

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
)

// markdown is a page in Markdown. What is not ours gets into it as code only: there
// nothing is a link, a picture, HTML, emphasis or the name of somebody to tell.
type markdown struct{ b strings.Builder }

// heading begins a part with a text of ours.
func (m *markdown) heading(own string) { m.b.WriteString("### " + own + "\n\n") }

// line is a paragraph of ours.
func (m *markdown) line(own string) { m.b.WriteString(own + "\n\n") }

// table is a table with our headers, and anybody's cells.
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
