package result

import (
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Line is a waiting line at the coordinator: who waits to activate a property or an include on a network.
type Line struct {
	AccountID papi.ID       `json:"accountId"`
	ID        papi.ID       `json:"id"`
	Network   papi.Network  `json:"network"`
	Holders   []*LineHolder `json:"holders"`
	Error     *string       `json:"error"`
}

// LineHolder is a process in a line.
type LineHolder struct {
	Phase string    `json:"phase"`
	Host  string    `json:"host"`
	User  string    `json:"user"`
	CI    *string   `json:"ci"`
	Job   *string   `json:"job"`
	URL   *string   `json:"url"`
	Doing *string   `json:"doing"`
	Since time.Time `json:"since"`

	holder activation.Holder
}

// Who names the holder.
func (h *LineHolder) Who() string { return h.holder.String() }

// Does says what the process is about to do, and its current step.
func (h *LineHolder) Does() string {
	if h.holder.Doing == "" {
		return h.Phase
	}
	return h.holder.Doing + ", " + h.Phase
}

func newLineHolder(h activation.Holder, phase string) *LineHolder {
	return &LineHolder{
		Phase: phase, Host: h.Host, User: h.User, CI: Optional(h.CI), Job: Optional(h.Job), URL: Optional(h.URL),
		Doing: Optional(h.Doing), Since: h.Since, holder: h,
	}
}

// NewLines converts the coordinator's lines.
func NewLines(lines []coordinator.LineState) []*Line {
	all := []*Line{}
	for _, l := range lines {
		v := &Line{AccountID: l.Line.Account, ID: l.Line.Asset, Network: l.Line.Network, Holders: []*LineHolder{}}
		if l.Err != nil {
			v.Error = new(l.Err.Error())
		}
		for _, t := range l.Tickets {
			v.Holders = append(v.Holders, newLineHolder(t.Holder, string(t.Phase)))
		}
		all = append(all, v)
	}
	return all
}

// Ahead is the position of a run in its line.
type Ahead struct {
	Place  int         `json:"place"`
	Holder *LineHolder `json:"holder"`
	Error  *string     `json:"error"`

	ahead activation.Ahead
}

// Text is the position, and who is ahead.
func (a *Ahead) Text() string { return AheadText(&a.ahead) }

func newAhead(a *activation.Ahead) *Ahead {
	if a == nil {
		return nil
	}
	v := &Ahead{Place: a.Place, ahead: *a}
	if a.Err != nil {
		v.Error = new(a.Err.Error())
		return v
	}
	v.Holder = newLineHolder(a.Holder, "")
	return v
}

// AheadText is the position of a run in its line, and who is ahead.
func AheadText(a *activation.Ahead) string {
	switch {
	case a.Err != nil:
		return "waiting for its turn, which cannot be seen: " + a.Err.Error()
	case a.Place > 1:
		return term.Clean("waiting in line, "+term.Plural(a.Place, "run")+" before it; it is the turn of "+a.Holder.String(), term.MaxMessage)
	}
	return term.Clean("next in line behind "+a.Holder.String()+" since "+a.Holder.Since.UTC().Format(time.RFC3339), term.MaxMessage)
}

// PlaceText is a position for people: the first has the turn.
func PlaceText(i int) string {
	if i == 0 {
		return "turn"
	}
	return term.VersionText(i) + " before"
}
