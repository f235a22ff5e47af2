package term

import (
	"runtime"
	"strings"
	"time"
)

// Whether there is colour, the first that is given counts:
//
//	NO_COLOR         not empty: none
//	CLICOLOR_FORCE   anything but 0: colour, also where there is no terminal
//	CLICOLOR=0       none
//	TERM=dumb        none
//	a terminal       colour
//
// Colour repeats what a word says, and is never all that says it. The sequences
// are written here and nowhere else: a library for them decides by the
// environment of the process and for all streams alike.

// Terminal is what a stream can show. The zero value is a file.
type Terminal struct {
	Width  int // in cells; 0 where lines may have any length
	colour bool
	links  bool
	zone   *time.Location // nil: UTC
}

// UnknownWidth is taken for the width of a terminal that does not tell it.
const UnknownWidth = 80

// StdoutTerminalOf is where the result goes.
func (e Env) StdoutTerminalOf() Terminal { return e.terminal(e.StdoutTerminal, e.StdoutWidth) }

// StderrTerminalOf is where all else goes.
func (e Env) StderrTerminalOf() Terminal { return e.terminal(e.StderrTerminal, e.Width) }

func (e Env) terminal(is bool, width func() int) Terminal {
	t := Terminal{colour: e.colourful(is), zone: e.Location}
	t.links = is && e.hyperlinks()
	if is && width != nil {
		t.Width = max(width(), 0)
	}
	return t
}

// colourful reports whether a stream has colour.
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

// Dumb reports whether the terminal can only print one line after the other. A
// console of Windows that does not say that it can do more is taken for one.
func (e Env) Dumb() bool {
	term, named := e.Lookup("TERM")
	return term == "dumb" || runtime.GOOS == "windows" && !named && !e.Has("WT_SESSION")
}

// Reflows reports whether the terminal breaks its lines anew when it becomes narrower. Nearly all do; xterm, the console of
// Linux and GNU screen cut them off.
func (e Env) Reflows() bool {
	term, _ := e.Lookup("TERM")
	if strings.HasPrefix(term, "screen") {
		return e.Has("TMUX")
	}
	return !e.Has("XTERM_VERSION") && term != "linux" && !strings.HasPrefix(term, "vt")
}

// Tone is what a colour stands for.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Good
	Doubtful
	Bad
	Title
)

// Paint gives a text that has been cleaned already the colour of a tone.
func (t Terminal) Paint(as Tone, text string) string {
	code := [...]string{Good: "32", Doubtful: "33", Bad: "31", Title: "1"}[as]
	if !t.colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Mark paints the first place where a line has a word, but not the colon that tells
// the word from others like it.
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
