// Package screen is what a person watches: the spinner and progress lines on stderr, and
// the result on stdout.
package screen

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/briandowns/spinner"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Progress is everything that goes to stderr while a command runs. On a
// terminal one line is kept up to date at the bottom; elsewhere there is a line
// for each change, and one a minute, so that no CI system takes the job for
// dead. It may be used from several goroutines.
type Progress struct {
	w     io.Writer
	env   term.Env
	Level level
	still bool // stdout has lines of its own: draw nothing between them

	mu        sync.Mutex // guards all below, and w
	fold      fold
	spin      *spinner.Spinner
	board     *board      // instead of it, where several are watched
	beat      *time.Timer // off a terminal
	ended     bool
	state     state
	waited    time.Time // since when nothing else was to be said
	explained []string  // the states that were
	paused    time.Time // the end of the last suspension that was told of
}

// level is how much is printed.
type level int

// The levels.
const (
	LevelQuiet level = iota
	levelNormal
	LevelVerbose
	levelDebug
)

// state is what the last event reported, and when.
type state struct {
	subject string
	ev      activation.Event
	rollout *result.RolloutEvent // instead of ev, where it is not nil
	at      time.Time
	speed   float64
}

const (
	heartbeat    = time.Minute
	spinnerDelay = 120 * time.Millisecond
)

// NewProgress returns what is shown of a run, as the flags want it.
func NewProgress(env term.Env, f settings.Flags) *Progress {
	p := &Progress{w: env.Stderr, env: env, Level: levelNormal, still: f.Output == settings.FormatNDJSON}
	switch {
	case f.Quiet:
		p.Level = LevelQuiet
	case f.Debug:
		p.Level = levelDebug
	case f.Verbose:
		p.Level = LevelVerbose
	}
	return p
}

// Begin starts the line at the bottom, or the heartbeat. subject is what the
// command is about.
func (p *Progress) Begin(subject string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.subject, p.waited = subject, time.Now()
	switch {
	case p.Level == LevelQuiet || p.ended || p.spin != nil || p.beat != nil || p.board != nil:
	case p.Drawable():
		p.spin = spinner.New(spinner.CharSets[14], spinnerDelay, spinner.WithWriterFile(term.FileOf(p.w)), spinner.WithHiddenCursor(false))
		p.spin.Writer = &bottomLine{w: p.w, library: regexp.MustCompile("\x1b\\[([0-9;]*m|F\x1b\\[K)")}
		p.spin.PreUpdate = func(s *spinner.Spinner) { s.Suffix = " " + p.suffix() } // the spinner holds its own lock
		p.spin.Start()
	default:
		p.beat = time.AfterFunc(heartbeat, p.heartbeat)
	}
}

// Drawable reports whether a line can be drawn over again and again by the spinner, which wants a file.
func (p *Progress) Drawable() bool { return p.erasable() && term.FileOf(p.w) != nil }

// erasable reports whether what was drawn can be erased: on a terminal that tells its size.
func (p *Progress) erasable() bool {
	return !p.still && p.env.StderrTerminal && p.env.Height != nil && !p.env.Dumb() && !p.env.Has("CI")
}

// Close ends the line at the bottom and the heartbeat. Lines may still follow.
func (p *Progress) Close() {
	p.mu.Lock()
	p.ended = true
	spin, beat := p.spin, p.beat
	p.mu.Unlock()
	if beat != nil {
		beat.Stop()
	}
	if spin != nil {
		spin.Stop() // not under the lock, which the spinner asks for when it draws
	}
	p.endBoard()
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.w, p.fold.end())
}

// Freeze ends the line at the bottom for good, and nothing else: from now on the
// process may end at any moment, and leaves a screen that is whole.
func (p *Progress) Freeze() {
	p.mu.Lock()
	spin := p.spin
	p.mu.Unlock()
	if spin != nil {
		spin.Stop()
	}
	p.endBoard()
}

// bottomLine is where the line at the bottom is drawn. The library erases as many
// lines as it believes to have drawn, which it reckons from the bytes of the line
// and from the width of the terminal at standard input: lines above would go, too.
// And it paints by the environment of the process. What it draws is one line that
// has room, without colour, so that is all that is let through to be erased.
type bottomLine struct {
	w       io.Writer
	library *regexp.Regexp // sequences of its own
}

// Write implements io.Writer.
func (b *bottomLine) Write(data []byte) (int, error) {
	_, err := b.w.Write(b.library.ReplaceAll(data, nil))
	return len(data), err
}

// eraseLine goes back to the beginning of the line and empties it.
const eraseLine = "\r\x1b[K"

// Say prints a line for people, unless they want none.
func (p *Progress) Say(format string, args ...any) {
	p.Print(levelNormal, fmt.Sprintf(format, args...))
}

// Warn prints a warning.
func (p *Progress) Warn(text string) {
	p.Print(levelNormal, "warning: "+text, term.Mark{Word: "warning:", As: term.Doubtful})
}

// Print prints a line from a level on. marks are painted.
func (p *Progress) Print(from level, text string, marks ...term.Mark) {
	if p.Level < from {
		return
	}
	p.mu.Lock()
	spin := p.spin
	if p.beat != nil && !p.ended {
		p.beat.Reset(heartbeat)
	}
	p.mu.Unlock()
	line, on := term.Clean(text, term.MaxMessage), p.env.StderrTerminalOf()
	for _, m := range marks {
		line = on.Mark(line, term.Clean(m.Word, term.MaxName), m.As)
	}
	if spin == nil {
		p.WriteText(line + "\n")
		return
	}
	spin.Lock()
	defer spin.Unlock()
	if spin.Active() {
		line = eraseLine + line
	}
	p.WriteText(line + "\n")
}

// Clock tells times to those who read this.
func (p *Progress) Clock() term.Clock { return term.Clock{Now: time.Now(), Zone: p.env.Location} }

// WriteText prints a text as it is, inside of the fold.
func (p *Progress) WriteText(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		text = p.fold.begin() + text
	}
	if p.board != nil {
		p.redraw(text)
		return
	}
	_, _ = io.WriteString(p.w, text) // where stderr is gone, nobody can be told
}

// WriteCommand prints what a CI system is told meanwhile, where there are lines at all.
func (p *Progress) WriteCommand(text string) {
	if p.Level > LevelQuiet && !p.Drawable() {
		p.WriteText(text + "\n")
	}
}

// SetFold says how a CI system folds what is said from now on.
func (p *Progress) SetFold(begin, end func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fold = fold{start: begin, stop: end}
}

// Happened implements journal.Sink.
func (p *Progress) Happened(m journal.Entry) {
	if m.Rollout != nil {
		p.rolledOn(m)
		return
	}
	p.mu.Lock()
	p.state.ev, p.state.at, p.state.speed = m.Event, m.At, m.Speed
	shown := p.board != nil && m.Kind != activation.EventRetrying && p.Level < LevelVerbose
	if p.board != nil {
		p.board.take(state{subject: m.Subject, ev: m.Event, at: m.At, speed: m.Speed})
		p.redraw("")
	}
	p.mu.Unlock()
	if shown {
		return
	}
	line, always := m.Text()
	from := LevelVerbose
	if always && papi.SuspendedUntil(m.Err).IsZero() { // a suspension was told of once
		from = levelNormal
	}
	if m.Activation == nil {
		p.Print(from, line)
		return
	}
	line += p.meaning(from, line, m.Activation.FMAActivationState)
	p.Print(from, line, term.Mark{Word: ": " + result.StateOf(m.Activation), As: result.StatusTone(m.Activation.Status)})
}

// meaning explains a state the first time that it is shown.
func (p *Progress) meaning(from level, line, state string) string {
	means := result.StateMeaning(state)
	if means == "" || p.Level < from || !p.env.StderrTerminal || !strings.Contains(line, "("+state+")") {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.explained, state) {
		return ""
	}
	p.explained = append(p.explained, state)
	return "; " + state + ": " + means
}

// Concluded implements journal.Sink. What is drawn has ended by then.
func (p *Progress) Concluded(context.Context, *result.Document, *journal.Run) error { return nil }

// heartbeat prints that nothing has changed.
func (p *Progress) heartbeat() {
	p.mu.Lock()
	s, ended, waited := p.state, p.ended, p.waited
	p.mu.Unlock()
	if ended {
		return
	}
	if s.at.IsZero() {
		p.Say("%s: nothing new yet, after %s", s.subject, term.Duration(time.Since(waited)))
		return
	}
	p.Say("%s", s.now()[0])
}

// now describes the state at this moment, without asking PAPI again: in full first, then in ever fewer words for
// narrow terminals.
func (s state) now() []string {
	if s.rollout != nil {
		return s.rolloutNow()
	}
	passed := time.Duration(float64(time.Since(s.at)) * s.speed)
	text, short := result.StateOf(s.ev.Activation), "trying again"
	if s.ev.Activation == nil {
		text = short
	} else {
		short = result.Status(s.ev.Activation.Status).String()
	}
	if s.ev.Kind == activation.EventQueued {
		text, short = "waiting for "+result.IDOf(s.ev.Activation)+", "+text, "waiting"
		if s.ev.Ahead != nil {
			text, short = result.AheadText(s.ev.Ahead), "in line"
		}
	}
	age := term.Duration(s.ev.Age + passed)
	usually, of, next, soon := "", "", "", ""
	if s.ev.Usual > 0 && s.ev.Kind != activation.EventQueued {
		usually, of = ", usually "+term.Duration(s.ev.Usual), " of "+term.Duration(s.ev.Usual)
	}
	if left := s.ev.Pause - passed; left > 0 {
		next, soon = ", next look in "+term.Duration(left), ", next "+term.Duration(left)
	}
	return []string{
		result.Heading(s.subject, s.ev) + ": " + text + ", " + age + usually + next,
		fmt.Sprintf("%s on %s: %s, %s%s%s", s.subject, s.ev.Network, text, age, of, soon),
		s.subject + ": " + text + ", " + age + of + soon,
		text + ", " + age + of + soon,
		text + ", " + age + of,
		short + ", " + age + of,
		short + ", " + age,
	}
}

// suffix is the line at the bottom, with as much as there is room for.
func (p *Progress) suffix() string {
	p.mu.Lock()
	s := p.state
	p.mu.Unlock()
	room, text := cmp.Or(p.env.StderrTerminalOf().Width, term.UnknownWidth)-spinnerCells, s.subject
	if !s.at.IsZero() {
		for _, text = range s.now() {
			if term.Cells(term.Clean(text, term.MaxMessage)) <= room {
				break
			}
		}
	}
	return term.Fit(term.Clean(text, term.MaxMessage), room)
}

// spinnerCells are taken by the spinner and the blank behind it, by what a terminal
// shows of Ctrl-C, and by the last column, after which some begin a new line.
const spinnerCells = 5
