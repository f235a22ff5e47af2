//go:build ignore

// Terminal makes the pictures of a terminal in docs/images: it runs propctl on a
// pseudo-terminal, against the simulator, and draws the screen as SVG.
//
//	go run docs/pictures/terminal.go
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// picture is one screen: the commands that were typed, and when to look.
type picture struct {
	name     string
	columns  int
	commands []string
	// at ends the last command's run when it is on the screen; empty: when it has ended.
	at string
}

func pictures() []picture {
	const activate = "propctl activate www.example.com --notify you@example.com --simulate"
	return []picture{
		{name: "terminal", columns: 100, commands: []string{activate}},
		{name: "terminal-working", columns: 100, commands: []string{activate}, at: "(deployed), 5"},
		{name: "terminal-status", columns: 100, commands: []string{
			"propctl status www.example.com busy.example.com --simulate -q",
			"propctl history www.example.com --limit 6 --simulate -q",
		}},
	}
}

const (
	rows    = 60
	timeout = time.Minute
)

func main() {
	if err := draw(); err != nil {
		fmt.Fprintln(os.Stderr, "terminal:", err)
		os.Exit(1)
	}
}

func draw() error {
	folder, err := os.MkdirTemp("", "propctl-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "propctl")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	for _, p := range pictures() {
		screen := vt10x.New(vt10x.WithSize(p.columns, rows))
		for i, command := range p.commands {
			fmt.Fprintf(screen, "\x1b[32m$\x1b[0m \x1b[1m%s\x1b[0m\r\n", command)
			until := ""
			if i == len(p.commands)-1 {
				until = p.at
			}
			if err := show(screen, p.columns, until, program, strings.Fields(command)[1:], folder); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
		if err := os.WriteFile(filepath.Join("docs", "images", p.name+".svg"), []byte(svg(screen, p.columns)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// show runs the program until it ends, or until a text is on the screen.
func show(screen vt10x.Terminal, columns int, until, program string, args []string, home string) error {
	command := exec.Command(program, args...)
	command.Env = []string{"HOME=" + home, "TERM=xterm-256color", "TZ=UTC"}
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Rows: rows, Cols: uint16(columns)})
	if err != nil {
		return err
	}
	defer terminal.Close()
	if err := terminal.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	buffer := make([]byte, 4096)
	for {
		n, err := terminal.Read(buffer)
		screen.Write(buffer[:n])
		switch {
		case until != "" && strings.Contains(screen.String(), until):
			err := command.Process.Kill()
			_ = command.Wait() // it was killed
			return err
		case errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case err != nil: // the other end is closed
			return command.Wait()
		}
	}
}

// How a cell is drawn, in pixels.
const (
	cellWidth, cellHeight = 8.4, 19.0
	margin                = 18.0
)

// svg draws the screen down to its last line.
func svg(screen vt10x.Terminal, columns int) string {
	last := 0
	for y := range rows {
		for x := range columns {
			if r := screen.Cell(x, y).Char; r != ' ' && r != 0 {
				last = y
			}
		}
	}
	width, height := 2*margin+cellWidth*float64(columns), 2*margin+cellHeight*float64(last+1)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="propctl in a terminal">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="10" fill="#1b1f24"/>`+"\n")
	fmt.Fprintf(&b, `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="#d7dce2">`+"\n")
	for y := range last + 1 {
		for x := 0; x < columns; {
			cell := screen.Cell(x, y)
			text, from := "", x
			for x < columns && sameStyle(screen.Cell(x, y), cell) {
				text += string(max(screen.Cell(x, y).Char, ' '))
				x++
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			trimmed := strings.TrimRight(text, " ")
			fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" textLength="%.1f"%s>%s</text>`+"\n", margin+cellWidth*float64(from), margin+cellHeight*(float64(y)+0.75),
				cellWidth*float64(len([]rune(trimmed))), style(cell), escape(trimmed))
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func sameStyle(a, b vt10x.Glyph) bool { return a.FG == b.FG && a.Mode == b.Mode }

// bold is the bit of a glyph's mode that says so.
const bold = 1 << 2

func style(g vt10x.Glyph) string {
	colours := map[vt10x.Color]string{
		1: "#f47067", 2: "#6bc46d", 3: "#daaa3f", 4: "#6cb6ff", 5: "#dcbdfb", 6: "#56d4dd", 8: "#8b949e",
		9: "#ff938a", 10: "#8ddb8c", 11: "#eac55f", 12: "#96d0ff", 13: "#dcbdfb", 14: "#76e3ea",
	}
	s := ""
	if c, ok := colours[g.FG]; ok {
		s += ` fill="` + c + `"`
	}
	if g.Mode&bold != 0 {
		s += ` font-weight="bold"`
	}
	return s
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", " ", "\u00a0").Replace(s) // several blanks would be one
}
