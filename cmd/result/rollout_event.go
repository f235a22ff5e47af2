package result

import (
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// RolloutEvent is an event of a rollout as a line of ndjson.
type RolloutEvent struct {
	Type          rollout.EventKind `json:"type"`
	Time          string            `json:"time"`
	Wave          string            `json:"wave"`
	Number        int               `json:"number"`
	Waves         int               `json:"waves"`
	Network       papi.Network      `json:"network"`
	Totals        *RolloutTotals    `json:"totals"`
	Item          *RolloutItem      `json:"item"`
	Check         *RolloutCheck     `json:"check"`
	WaitedSeconds float64           `json:"waitedSeconds"`
	Requests      int               `json:"requests"`
	Error         string            `json:"error,omitempty"`
}

// NewRolloutEvent converts an event that happened at now, after so many requests.
func NewRolloutEvent(ev rollout.Event, now time.Time, requests int) *RolloutEvent {
	v := &RolloutEvent{
		Type: ev.Kind, Time: term.Timestamp(now), Wave: ev.Wave, Number: ev.Number, Waves: ev.Waves, Network: ev.Network,
		WaitedSeconds: Seconds(ev.Waited), Requests: requests,
	}
	if ev.Kind != rollout.EventItem {
		v.Totals = newTotals(ev.Totals)
	}
	if ev.Item != nil {
		v.Item = NewRolloutItem(ev.Item, now)
	}
	if ev.Check != nil {
		v.Check = NewRolloutCheck(ev.Check)
	}
	if ev.Err != nil {
		v.Error = term.Truncate(ev.Err.Error(), term.MaxMessage)
	}
	return v
}

// Text describes an event in one line. always reports that the line is shown even when not every item is.
func (v *RolloutEvent) Text() (line string, always bool) {
	switch v.Type {
	case rollout.EventWaveStarted:
		return v.heading() + ": begun, " + term.Plural(v.Totals.Items, "item"), true
	case rollout.EventItem:
		return v.Item.text()
	case rollout.EventCheck:
		line = fmt.Sprintf("check %s of %s on %s: %s", v.Check.Check, v.Check.Property, v.Check.Network, v.Check.Outcome)
		if v.Check.Detail != "" {
			line += ", " + v.Check.Detail
		}
		return line, v.Check.Outcome != rollout.Held
	case rollout.EventWaveEnded:
		line = v.heading() + ": " + v.Totals.Text() + " after " + term.SecondsText(&v.WaitedSeconds)
		if v.Error != "" {
			line += "; " + v.Error
		}
		return line, true
	case rollout.EventReturning:
		if v.Error == "" {
			return "going back", true
		}
		return "going back: " + v.Error, true
	case rollout.EventHeld:
		return v.heading() + ": " + v.Error, true
	case rollout.EventProgress:
	}
	return v.Progress()[0], false
}

func (v *RolloutEvent) heading() string {
	return fmt.Sprintf("wave %d of %d, %s, on %s", v.Number, v.Waves, v.Wave, v.Network)
}

// text describes an item's state; a failure is always shown.
func (i *RolloutItem) text() (line string, always bool) {
	line = fmt.Sprintf("%s version %d on %s: %s", i.Title(), i.Version, i.Network, StateWords(i.Outcome))
	if a := i.Activation; a != nil && !i.Outcome.Bad() {
		line += ", " + string(a.ID)
	}
	if b := i.BlockedBy; b != nil && i.Outcome == rollout.Blocked {
		line += " " + string(b.ID) + " of " + ContentText(b.Version) + b.ShortNote()
	}
	inLine := i.Ahead != nil && i.Outcome == rollout.Blocked
	if inLine {
		line = fmt.Sprintf("%s version %d on %s: %s", i.Title(), i.Version, i.Network, i.Ahead.Text())
	}
	if i.Error != nil {
		line += ": " + i.Error.Message
	}
	bad := i.Outcome.Bad() && i.Outcome != rollout.Skipped
	return line, bad || inLine || i.Outcome == rollout.ReturnFailed || i.Outcome == rollout.NotReturnable
}

// StateWords is a state in words.
func StateWords(s rollout.State) string {
	switch s { //nolint:exhaustive // the others are words already
	case rollout.Underway:
		return "on its way"
	case rollout.Blocked:
		return "waiting for"
	case rollout.Skipped:
		return "left out"
	case rollout.Returning:
		return "on its way back"
	case rollout.ReturnFailed:
		return "not rolled back"
	}
	return strings.ReplaceAll(string(s), "-", " ")
}

// Progress describes the progress of the wave, from the longest text to the shortest.
func (v *RolloutEvent) Progress() []string {
	t := v.Totals
	counts := t.Text()
	took := term.SecondsText(&v.WaitedSeconds)
	requests := term.Plural(v.Requests, "request")
	short := fmt.Sprintf("%d/%d active", t.Active, t.Items)
	if t.Underway > 0 {
		short += fmt.Sprintf(", %d on their way", t.Underway)
	}
	failed := ""
	if t.Failed > 0 {
		failed = fmt.Sprintf(", %d failed", t.Failed)
	}
	return []string{
		fmt.Sprintf("wave %d of %d, %s: %s · %s · %s", v.Number, v.Waves, v.Wave+v.where(), counts, took, requests),
		fmt.Sprintf("wave %d of %d, %s: %s · %s · %s", v.Number, v.Waves, v.Wave, counts, took, requests),
		fmt.Sprintf("wave %d of %d: %s · %s", v.Number, v.Waves, counts, took),
		fmt.Sprintf("wave %d/%d: %s%s · %s", v.Number, v.Waves, short, failed, took),
		fmt.Sprintf("%d/%d: %d/%d active%s · %s", v.Number, v.Waves, t.Active, t.Items, failed, took),
		fmt.Sprintf("%d/%d%s", t.Active, t.Items, failed),
	}
}

func (v *RolloutEvent) where() string { return " on " + string(v.Network) }
