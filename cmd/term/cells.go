package term

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// A terminal counts in cells. Runes of East Asia take two of them, marks that are
// put upon others none. Where terminals differ, the larger number is taken: a line
// that is thought too long is cut, one that is too long for the terminal wraps.

// Cells is how many columns of a terminal a text takes.
func Cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

// emojiStyle asks for the picture of the rune before it, which is wider.
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

// fitWords is fit, and does not leave half a word where a whole one is there: half
// a time says something else. How long ago it was is left out before anything is cut.
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

// split takes as much of a text as has room.
func split(text string, room int) (head, rest string) {
	n := 0
	for i, r := range text {
		if n += runeCells(r); n > room {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

// pad fills a text with blanks up to a number of cells.
func pad(text string, to int) string { return text + strings.Repeat(" ", max(to-Cells(text), 0)) }

// wrap breaks a text at its blanks into lines that have room; a word that is too
// long for one is broken too. Lines after the first have less room by indent.
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
		lines[i] = quiet(line) // what stood in the middle may begin a line now
	}
	return lines
}
