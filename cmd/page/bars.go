package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// scale maps times to positions in a drawing.
type scale struct{ from, to time.Duration }

// scaleOf returns a scale that covers all timelines.
func scaleOf(all []*timeline) scale {
	s := scale{all[0].from, all[0].to}
	for _, t := range all {
		s.from, s.to = min(s.from, t.from), max(s.to, t.to)
		if usually, ok := t.usually(); ok {
			s.to = max(s.to, usually)
		}
	}
	s.to = max(s.to, s.from+time.Second)
	return s
}

// usually is when the activation would have become active after its usual duration.
func (t *timeline) usually() (at time.Duration, known bool) {
	return t.submitted + t.usual, t.isFollowed && t.usual > 0
}

// share is a position or a width in percent.
func (s scale) share(d time.Duration) float64 { return 100 * float64(d) / float64(s.to-s.from) }

func (s scale) at(d time.Duration) string { return percent(s.share(d - s.from)) }

func percent(share float64) string { return strconv.FormatFloat(share, 'f', 2, 64) + "%" }

// timelineSection draws what happened when, with one bar for each network on a common scale, and repeats it in
// a table.
func timelineSection(all []*timeline) node {
	all = slices.DeleteFunc(all, func(t *timeline) bool { return t.to <= t.from })
	if len(all) == 0 {
		return node{}
	}
	s := scaleOf(all)
	var bars []node
	for _, t := range all {
		bars = append(bars, el("p", "bar-name", upTo(term.MaxName, capital(result.NetworkName(t.network))), written(" "), el("span", "muted", written(t.compared()))), t.bar(s))
	}
	return part("Timeline",
		several(bars...),
		s.axis(),
		legend(all),
		stretchTable(all),
		el("p", "note", written("Times count from the start of the run on PAPI's clock. That a status has changed is seen at the look after it.")),
	)
}

// compared compares the duration with the usual one.
func (t *timeline) compared() string {
	usually, known := t.usually()
	if !known {
		return "took " + briefly(t.to-t.from)
	}
	text := fmt.Sprintf("%s since its submission, usually %s", briefly(t.to-t.submitted), briefly(t.usual))
	if queued := t.lasted(phaseQueued); queued > 0 {
		text = briefly(queued) + " behind another activation, then " + text
	}
	if over := t.to - usually; over > time.Second {
		return text + ": " + briefly(over) + " over"
	}
	return text
}

// bar draws a timeline.
func (t *timeline) bar(s scale) node {
	parts := []node{elWith("rect", box("track", 0, 100))}
	for _, each := range t.stretches {
		if width := s.share(each.to - each.from); width > 0 && !each.isNothing() {
			parts = append(parts, elWith("rect", box(each.what.class(), s.share(each.from-s.from), width),
				el("title", "", upTo(term.MaxName, each.text+", "+briefly(each.to-each.from)))), s.label(each, width))
		}
	}
	if at, ok := t.usually(); ok {
		parts = append(parts, elWith("line", []attribute{{"class", "usual"}, {"x1", s.at(at)}, {"x2", s.at(at)}, {"y1", "4"}, {"y2", "44"}}))
	}
	last := -1.0
	for _, at := range t.retries {
		if share := s.share(at - s.from); share-last > closest {
			last = share
			parts = append(parts, pointer(percent(share), `<path class="retry" d="M0 12L-5 3H5Z"/>`))
		}
	}
	if t.isOver() {
		parts = append(parts, pointer(s.at(t.to), t.stretches[len(t.stretches)-1].end()))
	}
	return elWith("svg", []attribute{{"class", "bar"}, {"role", "img"}, {"aria-label", t.described()}}, parts...)
}

// label names a stretch within its bar if there is room; the table below names all of them.
func (s scale) label(each stretch, width float64) node {
	text := each.short
	if text == "" || float64(len(text)+2)*perLetter > width {
		return node{}
	}
	return elWith("text", []attribute{{"class", "on-" + string(each.what.class())}, {"x", s.at((each.from + each.to) / 2)}, {"y", "32"}, {"text-anchor", "middle"}},
		upTo(term.MaxName, text))
}

// perLetter is the width of a letter, in percent of the narrowest screen on which labels are shown.
const perLetter = 1.15

// end is the mark at the end of a stretch.
func (s stretch) end() markup {
	if s.what == phaseFailed {
		return `<circle class="p-failed" cx="0" cy="28" r="10"/><path class="end" d="M-4 24l8 8M4 24l-8 8"/>`
	}
	return `<circle class="p-done" cx="0" cy="28" r="10"/><path class="end" d="M-4 28l3 3L5 24"/>`
}

// isNothing reports whether a stretch is too short to be mentioned.
func (s stretch) isNothing() bool {
	return s.what == phaseLooking && s.to-s.from < time.Second || s.what < phaseDone && s.to == s.from
}

// closest is the smallest distance between two marks, in percent of the width.
const closest = 0.4

func box(class markup, x, width float64) []attribute {
	return []attribute{{"class", string(class)}, {"x", percent(x)}, {"width", percent(width)}, {"y", "16"}, {"height", "24"}}
}

// pointer draws a mark at a position.
func pointer(at string, shape markup) node {
	return elWith("svg", []attribute{{"x", at}, {"class", "mark"}}, fixed(shape))
}

// described returns the drawing as text, for screen readers.
func (t *timeline) described() string {
	var parts []string
	for _, s := range t.stretches {
		switch {
		case s.isNothing():
		case s.to > s.from:
			parts = append(parts, s.text+" for "+briefly(s.to-s.from))
		default:
			parts = append(parts, s.text)
		}
	}
	text := capital(result.NetworkName(t.network)) + ": " + strings.Join(parts, ", then ")
	if n := len(t.retries); n > 0 {
		text += "; " + counter(n, "retry")
	}
	return text
}

// axis draws the times below the bars.
func (s scale) axis() node {
	step := tickStep(s.to - max(s.from, 0))
	var parts []node
	for at := max(s.from, 0); at <= s.to; at += step {
		anchor := "middle"
		switch share := s.share(at - s.from); {
		case share < 3:
			anchor = "start"
		case share > 97:
			anchor = "end"
		}
		parts = append(parts,
			elWith("line", []attribute{{"x1", s.at(at)}, {"x2", s.at(at)}, {"y1", "0"}, {"y2", "4"}}),
			elWith("text", []attribute{{"x", s.at(at)}, {"y", "17"}, {"text-anchor", anchor}}, written(tickText(at))))
	}
	return elWith("svg", []attribute{{"class", "axis"}, {"aria-hidden", "true"}}, parts...)
}

func tickText(at time.Duration) string {
	if at == 0 {
		return "0"
	}
	return strings.ReplaceAll(briefly(at), ".00", "")
}

// mostTicks is how many labels of the axis fit on a telephone.
const mostTicks = 6

// tickStep is a round interval that divides a length into few parts.
func tickStep(length time.Duration) time.Duration {
	steps := []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
	}
	for _, step := range steps {
		if length <= mostTicks*step {
			return step
		}
	}
	const long = 4 * time.Hour
	return length.Truncate(mostTicks*long)/mostTicks + long
}

// class is the CSS class of a phase.
func (p phase) class() markup {
	return [...]markup{
		phaseLooking: "p-looking", phaseBefore: "p-before", phaseQueued: "p-queued", phaseRetrying: "p-retrying", phaseReceived: "p-received",
		phaseLived: "p-lived", phaseDeployed: "p-deployed", phaseDone: "p-done", phaseFailed: "p-failed",
	}[p]
}

// legend explains the marks on the bars that the table below does not show.
func legend(all []*timeline) node {
	var parts []node
	if slices.ContainsFunc(all, func(t *timeline) bool { return len(t.retries) > 0 }) {
		parts = append(parts, el("li", "", fixed(`<svg viewBox="-6 0 12 14" aria-hidden="true"><path class="retry" d="M0 12L-5 3H5Z"/></svg>`), written("a request or a submission was tried again")))
	}
	if slices.ContainsFunc(all, func(t *timeline) bool { _, known := t.usually(); return known }) {
		parts = append(parts, el("li", "", fixed(`<svg viewBox="-6 0 12 14" aria-hidden="true"><line class="usual" x1="0" x2="0" y1="0" y2="14"/></svg>`), written("when it is usually active")))
	}
	if len(parts) == 0 {
		return node{}
	}
	return el("ul", "legend", parts...)
}

// stretchTable lists the stretches that the bars show.
func stretchTable(all []*timeline) node {
	g := &grid{label: "what happened when", columns: []string{"Network", "What was seen", "From", "Lasted"}, narrow: true}
	for _, t := range all {
		name := el("b", "", networkNode(t.network))
		for _, s := range t.stretches {
			if s.isNothing() {
				continue
			}
			lasted := written("—")
			if s.to > s.from {
				lasted = written(briefly(s.to - s.from))
			}
			swatch := several(fixed(`<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">`),
				elWith("rect", []attribute{{"class", string(s.what.class())}, {"width", "14"}, {"height", "14"}, {"rx", "3"}}), fixed(`</svg>`))
			g.row("", name, several(swatch, upTo(term.MaxName, s.text)),
				el("span", "number", written(fromText(s.from))), el("span", "number", lasted))
			name = el("span", "muted", networkNode(t.network))
		}
	}
	return g.node()
}

// fromText is a time relative to the start, which may be negative.
func fromText(d time.Duration) string {
	if d < 0 {
		return "−" + briefly(-d)
	}
	return briefly(d)
}
