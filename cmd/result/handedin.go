package result

import (
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi"
)

// HandedIn is the state of a detached rollout, which was handed in at a coordinator and is run by runners.
type HandedIn struct {
	Name      string         `json:"name"`
	Mark      string         `json:"mark"`
	AccountID papi.ID        `json:"accountId"`
	Section   *string        `json:"section"`
	State     runner.State   `json:"state"`
	By        *Party         `json:"by"`
	At        time.Time      `json:"at"`
	Lead      *Party         `json:"lead"`
	Wave      *string        `json:"wave"`
	Network   *papi.Network  `json:"network"`
	Totals    *RolloutTotals `json:"totals"`
	Outcome   *string        `json:"outcome"`
	Error     *string        `json:"error"`
	Ended     *time.Time     `json:"ended"`
}

// Party is a process that takes part in a detached rollout.
type Party struct {
	Host string  `json:"host"`
	User string  `json:"user"`
	CI   *string `json:"ci"`
	Job  *string `json:"job"`
	URL  *string `json:"url"`

	holder activation.Holder
}

// String names the process.
func (p *Party) String() string { return p.holder.String() }

func newParty(h activation.Holder) *Party {
	return &Party{Host: h.Host, User: h.User, CI: Optional(h.CI), Job: Optional(h.Job), URL: Optional(h.URL), holder: h}
}

// NewHandedIn converts the state of a detached rollout.
func NewHandedIn(j *runner.Job) *HandedIn {
	v := &HandedIn{
		Name: j.Name, Mark: j.Mark(), AccountID: j.AccountID, Section: Optional(j.Section), State: j.State,
		By: newParty(j.By), At: j.At, Wave: Optional(j.Wave), Totals: newTotals(j.Totals),
	}
	if j.Lead != nil {
		v.Lead = newParty(j.Lead.Holder)
	}
	if j.Network != "" {
		v.Network = new(j.Network)
	}
	if j.End != nil {
		v.Outcome, v.Error, v.Ended = new(string(j.End.Outcome)), Optional(j.End.Error), OptionalTime(j.End.At)
	}
	return v
}

// Runner is what a runner has done.
type Runner struct {
	Accounts  []papi.ID    `json:"accounts"`
	Submitted int          `json:"submitted"`
	Found     int          `json:"found"`
	Left      int          `json:"left"`
	Rollouts  []*RunnerLed `json:"rollouts"`
}

// RunnerLed is a rollout that a runner led to its end.
type RunnerLed struct {
	Name      string          `json:"name"`
	Mark      string          `json:"mark"`
	AccountID papi.ID         `json:"accountId"`
	Outcome   rollout.Outcome `json:"outcome"`
	Error     *string         `json:"error"`
}

// NewRunner converts a runner's report.
func NewRunner(accounts []papi.ID, r *runner.Report) *Runner {
	v := &Runner{Accounts: append([]papi.ID{}, accounts...), Submitted: r.Submitted, Found: r.Found, Left: r.Left, Rollouts: []*RunnerLed{}}
	for _, l := range r.Led {
		v.Rollouts = append(v.Rollouts, &RunnerLed{
			Name: l.Job.Name, Mark: l.Job.Mark(), AccountID: l.Job.AccountID, Outcome: l.End.Outcome, Error: Optional(l.End.Error),
		})
	}
	return v
}
