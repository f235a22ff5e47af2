package term

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Terminals measure text in cells. East Asian wide characters take two cells, combining marks none. Where
// terminals differ, the larger width is assumed: a line believed too long is merely cut, one that is too long
// for the terminal wraps.

// Cells is the number of terminal cells that a text occupies.
func Cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

// emojiStyle is the variation selector that requests the wider emoji form of the preceding character.
const emojiStyle = '\ufe0f'

func runeCells(r rune) int {
	switch {
	case r == emojiStyle:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// Fit cuts a text to a number of cells.
func Fit(text string, room int) string {
	if Cells(text) <= room {
		return text
	}
	head, _ := split(text, max(room, 1)-1)
	return head + "…"
}

// fitWords is Fit at word boundaries where possible, because half a time would be misread. It drops a trailing
// "(… ago)" before cutting.
func fitWords(text string, room int) string {
	if bare, _, found := strings.Cut(text, " ("); found && strings.HasSuffix(text, " ago)") && Cells(text) > room && Cells(bare) <= room {
		return bare
	}
	cut := Fit(text, room)
	if cut == text || strings.HasPrefix(text, strings.TrimSuffix(cut, "…")+" ") {
		return cut
	}
	if blank := strings.LastIndex(cut, " "); blank >= MinColumn {
		return cut[:blank] + "…"
	}
	return cut
}

// split returns as much of a text as fits, and the rest.
func split(text string, room int) (head, rest string) {
	n := 0
	for i, r := range text {
		if n += runeCells(r); n > room {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

// pad appends blanks up to a number of cells.
func pad(text string, to int) string { return text + strings.Repeat(" ", max(to-Cells(text), 0)) }

// wrap breaks a text at blanks into lines that fit, and breaks words that are longer than a line. Lines after
// the first are shorter by indent.
func wrap(text string, room, indent int) []string {
	var lines []string
	line, left := "", room
	end := func() {
		lines = append(lines, line)
		line, left = "", room-indent
	}
	for word := range strings.SplitSeq(text, " ") {
		if need := Cells(word); line != "" && 1+need > left-Cells(line) {
			end()
		} else if line != "" {
			line += " "
		}
		for left > 1 && Cells(word) > left-Cells(line) { // only at the beginning of a line
			line, word = split(word, left)
			end()
		}
		line += word
	}
	lines = append(lines, line)
	for i, line := range lines {
		lines[i] = quiet(line) // text from the middle may now begin a line
	}
	return lines
}
