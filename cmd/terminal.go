package cmd

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

// terminal is what a stream can show. The zero value is a file.
type terminal struct {
	width  int // in cells; 0 where lines may have any length
	colour bool
	zone   *time.Location // nil: UTC
}

// stdoutTerminal is where the result goes.
func (e Env) stdoutTerminal() terminal { return e.terminal(e.StdoutTerminal, e.StdoutWidth) }

// stderrTerminal is where all else goes.
func (e Env) stderrTerminal() terminal { return e.terminal(e.StderrTerminal, e.Width) }

func (e Env) terminal(is bool, width func() int) terminal {
	t := terminal{colour: e.colourful(is), zone: e.Location}
	if is && width != nil {
		t.width = max(width(), 0)
	}
	return t
}

// colourful reports whether a stream has colour.
func (e Env) colourful(terminal bool) bool {
	force, forced := e.lookup("CLICOLOR_FORCE")
	switch asked, _ := e.lookup("CLICOLOR"); {
	case e.has("NO_COLOR"):
		return false
	case forced && force != "0":
		return true
	case asked == "0" || e.dumb():
		return false
	}
	return terminal
}

// dumb reports whether the terminal can only print one line after the other. A
// console of Windows that does not say that it can do more is taken for one.
func (e Env) dumb() bool {
	term, named := e.lookup("TERM")
	return term == "dumb" || runtime.GOOS == "windows" && !named && !e.has("WT_SESSION")
}

// tone is what a colour stands for.
type tone int

const (
	plain tone = iota
	good
	doubtful
	bad
	title
)

// paint gives a text that has been cleaned already the colour of a tone.
func (t terminal) paint(as tone, text string) string {
	code := [...]string{good: "32", doubtful: "33", bad: "31", title: "1"}[as]
	if !t.colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// mark paints the first place where a line has a word, but not the colon that tells
// the word from others like it.
func (t terminal) mark(line, word string, as tone) string {
	before, after, found := strings.Cut(line, word)
	if !found || word == "" {
		return line
	}
	const colon = ": "
	if bare, ok := strings.CutPrefix(word, colon); ok {
		before, word = before+colon, bare
	}
	return before + t.paint(as, word) + after
}
