package term

import (
	"strconv"
	"strings"
)

// A hyperlink is the escape sequence OSC 8. Some terminals that do not support it print it, so it is only
// written to terminals that identify themselves and are known to support it.

// hyperlinks reports whether the terminal is known to support hyperlinks.
func (e Env) hyperlinks() bool {
	if force, forced := e.Lookup("FORCE_HYPERLINK"); forced {
		return force != "0"
	}
	if e.Dumb() || e.Has("CI") || e.Has("NO_COLOR") || e.Has("TMUX") || e.Has("STY") { // multiplexers may cut the sequence
		return false
	}
	program, _ := e.Lookup("TERM_PROGRAM")
	version, _ := e.Lookup("TERM_PROGRAM_VERSION")
	switch program {
	case "iTerm.app":
		return atLeast(version, 3, 1)
	case "vscode":
		return atLeast(version, 1, 72)
	case "WezTerm", "ghostty", "Hyper", "rio", "zed":
		return true
	}
	if vte, ok := e.Lookup("VTE_VERSION"); ok { // GNOME Terminal and relatives; version 5000 crashed
		n, err := strconv.Atoi(vte)
		return err == nil && n > 5000
	}
	kind, _ := e.Lookup("TERM")
	return e.Has("WT_SESSION") || e.Has("KITTY_WINDOW_ID") || e.Has("DOMTERM") || kind == "xterm-kitty" ||
		kind == "xterm-ghostty" || kind == "alacritty" || kind == "foot" || kind == "wezterm"
}

// atLeast compares the first two numbers of a version.
func atLeast(version string, major, minor int) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	a, err := strconv.Atoi(first)
	if err != nil {
		return false
	}
	b, _ := strconv.Atoi(second)
	return a > major || a == major && b >= minor
}

// Link makes a cleaned text a hyperlink, if the terminal supports it.
func (t Terminal) Link(url, text string) string {
	if !t.links || url == "" || text == "" || strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return text
	}
	return "\x1b]8;;" + url + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}
