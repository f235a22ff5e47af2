package screen

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// board is drawn at the bottom of a terminal where several properties are watched at once: a line for each. The
// lock of Progress guards it.
type board struct {
	states []state // of each that was heard of, by its subject and network
	drawn  []int   // the cells of each line that is on the screen
	stop   chan struct{}
}

const redrawEvery = time.Second

// unknownHeight is taken for the height of a terminal that does not tell it.
const unknownHeight = 24

// BeginSeveral starts what is shown of several at once: a line for each on a terminal, and elsewhere the heartbeat.
// subject is what is said of them together.
func (p *Progress) BeginSeveral(subject string) {
	if !p.erasable() {
		p.Begin(subject)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.subject = subject
	if p.Level == LevelQuiet || p.ended || p.board != nil {
		return
	}
	p.board = &board{stop: make(chan struct{})}
	p.redraw("")
	go func(stop chan struct{}) {
		ticker := time.NewTicker(redrawEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.mu.Lock()
				p.redraw("")
				p.mu.Unlock()
			case <-stop:
				return
			}
		}
	}(p.board.stop)
}

// endBoard takes the board off the screen, for good.
func (p *Progress) endBoard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.board == nil || p.board.stop == nil {
		return
	}
	close(p.board.stop)
	p.board.stop = nil
	_, _ = io.WriteString(p.w, p.board.erased(p.foldsAt()))
}

// redraw prints a text above the board, which is drawn again.
func (p *Progress) redraw(above string) {
	b := p.board
	if b.stop == nil {
		_, _ = io.WriteString(p.w, above)
		return
	}
	text := b.erased(p.foldsAt()) + above
	lines := b.lines(p.state.subject, cmp.Or(p.env.StderrTerminalOf().Width, term.UnknownWidth)-spinnerCells, p.height())
	for _, line := range lines {
		b.drawn = append(b.drawn, term.Cells(line))
	}
	_, _ = io.WriteString(p.w, text+strings.Join(lines, "\n"))
}

func (p *Progress) height() int {
	if p.env.Height == nil {
		return unknownHeight
	}
	return cmp.Or(p.env.Height(), unknownHeight)
}

// foldsAt is the width at which the terminal has broken lines anew that had been drawn when it was wider; 0 where it
// cuts them off.
func (p *Progress) foldsAt() int {
	if !p.env.Reflows() {
		return 0
	}
	return p.env.StderrTerminalOf().Width
}

// erased goes back to where the board begins and empties the screen from there. width is that of a terminal which breaks
// lines anew; 0 for none.
func (b *board) erased(width int) string {
	rows := 0
	for _, cells := range b.drawn {
		rows++
		if width > 0 && cells > width {
			rows += (cells - 1) / width
		}
	}
	b.drawn = nil
	return "\r" + strings.Repeat("\x1b[A", max(rows-1, 0)) + "\x1b[J"
}

// take takes note of an event.
func (b *board) take(s state) {
	i := slices.IndexFunc(b.states, func(other state) bool { return other.subject == s.subject && other.ev.Network == s.ev.Network })
	if i >= 0 {
		b.states[i] = s
		return
	}
	b.states = append(b.states, s)
	slices.SortStableFunc(b.states, func(a, b state) int {
		return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(b.ev.Network, a.ev.Network)) // STAGING before PRODUCTION
	})
}

// lines are those of the board, of which none is wider than the room, and which leave a line of the height free.
func (b *board) lines(subject string, room, height int) []string {
	if len(b.states) == 0 {
		return []string{term.Fit(term.Clean(subject, term.MaxMessage), room)}
	}
	var lines []string
	for _, s := range b.states {
		line := ""
		for _, line = range s.row() {
			if term.Cells(term.Clean(line, term.MaxMessage)) <= room {
				break
			}
		}
		lines = append(lines, term.Fit(term.Clean(line, term.MaxMessage), room))
	}
	if most := max(height-1, 2); len(lines) > most {
		more := len(lines) - (most - 1)
		lines = append(lines[:most-1], term.Fit(fmt.Sprintf("and %d more", more), room))
	}
	return lines
}

// row is the state as it is now, in one line of several: each names what it is about.
func (s state) row() []string {
	if a := s.ev.Activation; a != nil && !activation.InProgress(*a) && s.ev.Pause == 0 {
		text := result.StateOf(a)
		return []string{result.Heading(s.subject, s.ev) + ": " + text + " after " + term.Duration(s.ev.Age), s.subject + ": " + text}
	}
	return s.now()[:3]
}
