package term

import (
	"runtime"
	"strings"
	"time"
)

// The first rule that applies decides whether to use colour:
//
//	NO_COLOR         not empty: none
//	CLICOLOR_FORCE   anything but 0: colour, also where there is no terminal
//	CLICOLOR=0       none
//	TERM=dumb        none
//	a terminal       colour
//
// Colour only repeats what a word says. The escape sequences are written here only: libraries decide by the
// environment of the process, and for all streams alike.

// Terminal describes what a stream can display. The zero value is a file.
type Terminal struct {
	Width  int // in cells; 0 for unlimited lines
	colour bool
	links  bool
	zone   *time.Location // nil: UTC
}

// UnknownWidth is the assumed width of a terminal that does not report one.
const UnknownWidth = 80

// StdoutTerminalOf describes stdout, which receives the result.
func (e Env) StdoutTerminalOf() Terminal { return e.terminal(e.StdoutTerminal, e.StdoutWidth) }

// StderrTerminalOf describes stderr, which receives everything else.
func (e Env) StderrTerminalOf() Terminal { return e.terminal(e.StderrTerminal, e.Width) }

func (e Env) terminal(is bool, width func() int) Terminal {
	t := Terminal{colour: e.colourful(is), zone: e.Location}
	t.links = is && e.hyperlinks()
	if is && width != nil {
		t.Width = max(width(), 0)
	}
	return t
}

// colourful reports whether to use colour on a stream.
func (e Env) colourful(terminal bool) bool {
	force, forced := e.Lookup("CLICOLOR_FORCE")
	switch asked, _ := e.Lookup("CLICOLOR"); {
	case e.Has("NO_COLOR"):
		return false
	case forced && force != "0":
		return true
	case asked == "0" || e.Dumb():
		return false
	}
	return terminal
}

// Dumb reports whether the terminal can only append lines. A Windows console counts as dumb unless it states
// otherwise.
func (e Env) Dumb() bool {
	term, named := e.Lookup("TERM")
	return term == "dumb" || runtime.GOOS == "windows" && !named && !e.Has("WT_SESSION")
}

// Reflows reports whether the terminal re-wraps its lines when it becomes narrower. Nearly all do; xterm, the
// Linux console and GNU screen cut them off.
func (e Env) Reflows() bool {
	term, _ := e.Lookup("TERM")
	if strings.HasPrefix(term, "screen") {
		return e.Has("TMUX")
	}
	return !e.Has("XTERM_VERSION") && term != "linux" && !strings.HasPrefix(term, "vt")
}

// Tone is the meaning of a colour.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Good
	Doubtful
	Bad
	Title
)

// Paint colours a cleaned text.
func (t Terminal) Paint(as Tone, text string) string {
	code := [...]string{Good: "32", Doubtful: "33", Bad: "31", Title: "1"}[as]
	if !t.colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Mark paints the first occurrence of a word in a line. A word that begins with ": " matches only after a
// colon, which is not painted.
func (t Terminal) Mark(line, word string, as Tone) string {
	before, after, found := strings.Cut(line, word)
	if !found || word == "" {
		return line
	}
	const colon = ": "
	if bare, ok := strings.CutPrefix(word, colon); ok {
		before, word = before+colon, bare
	}
	return before + t.Paint(as, word) + after
}
