package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// Turns makes runs that change the same property on the same network take turns. It can only delay a
// submission: whatever it says, nothing is submitted without a look.
type Turns interface {
	// Take waits until it is this run's turn. While it waits it calls ahead from time to time with the
	// position; an error of ahead ends the wait.
	Take(ctx context.Context, at Line, ahead func(Ahead) error) (Turn, error)
}

// Line identifies a waiting line: one for each property or include on a network.
type Line struct {
	Account papi.ID
	Asset   papi.ID // property or include id, with its prefix
	Network papi.Network
	Doing   string // what the run does, in words: "activates version 12"
}

// Turn is a turn that a run holds. Its methods are called from one goroutine.
type Turn interface {
	// Look is called right before a look that a submission may follow. The error is [ErrTurnLost], or says why
	// the turn cannot be confirmed.
	Look(ctx context.Context) error
	// Permit is called right before a submission; shown reports whether the look has shown an activation. If it
	// returns no error, the submission may be sent until last, by this machine's clock. The error is
	// [ErrTurnLost] or [ErrLookAgain], or says why the turn cannot be confirmed.
	Permit(ctx context.Context, shown func(activation papi.ID) bool) (last time.Time, err error)
	// Submitted reports the result of the submission: accepted, as the given activation; refused; or unknown.
	Submitted(ctx context.Context, activation papi.ID, result Acceptance)
	// Leave passes the turn on.
	Leave()
}

// Acceptance says whether PAPI has accepted a submission.
type Acceptance string

// The values of Acceptance.
const (
	Accepted          Acceptance = "accepted"
	Refused           Acceptance = "refused"
	AcceptanceUnknown Acceptance = "unknown" // its answer was lost, or is not a clear refusal
)

// Ahead is a run's position in line.
type Ahead struct {
	Place  int // how many are ahead of it
	Holder Holder
	// Err is why the line cannot be read at the moment; nil if it can.
	Err error
}

// Holder is a process in line, as it describes itself: untrusted text, for display only.
type Holder struct {
	Host  string    `json:"host"`
	User  string    `json:"user"`
	CI    string    `json:"ci,omitempty"`  // name of the CI system
	Job   string    `json:"job,omitempty"` // CI job
	URL   string    `json:"url,omitempty"` // of the job
	Doing string    `json:"doing,omitempty"`
	Since time.Time `json:"since"`
}

// String names the process.
func (h Holder) String() string {
	who := h.User + "@" + h.Host
	switch {
	case h.URL != "":
		return fmt.Sprintf("%s (%s)", who, h.URL)
	case h.Job != "":
		return fmt.Sprintf("%s (%s job %s)", who, h.CI, h.Job)
	}
	return who
}

// The errors of a [Turn].
var (
	// ErrTurnLost reports that the run no longer has the turn.
	ErrTurnLost = errors.New("it is not this run's turn any more: it was held up for longer than its place in line lasts")
	// ErrLookAgain reports that the look is too old to base a submission on, or does not show the previous
	// submission yet.
	ErrLookAgain = errors.New("the look does not show what has been submitted, or is too old")
)

// InLineError reports that it is somebody else's turn and Target.FailIfPending is set.
type InLineError struct{ Ahead Ahead }

// Error names the holder.
func (e *InLineError) Error() string {
	return fmt.Sprintf("it is the turn of %s, since %s", e.Ahead.Holder, e.Ahead.Holder.Since.UTC().Format(time.RFC3339))
}

// claim waits for the run's turn. It reports whether the run waited or got a new turn, and so has to look
// again.
func (r *run) claim(ctx context.Context) (bool, error) {
	turns := r.engine.Turns
	if turns == nil || r.turn != nil || r.target.DryRun {
		return false, nil
	}
	if r.tried != nil { // its turn is over, and nothing more is submitted
		return false, &StoppedError{Uncertain: true, cause: ErrTurnLost}
	}
	line := Line{Account: r.result.AccountID, Asset: r.fullID(), Network: r.target.Network, Doing: r.doing()}
	turn, err := turns.Take(ctx, line, func(a Ahead) error {
		if r.target.FailIfPending && a.Err == nil {
			return &InLineError{Ahead: a}
		}
		r.ahead = &a
		r.emit(Event{Kind: EventQueued, Ahead: &a})
		return nil
	})
	if err != nil && ctx.Err() != nil {
		return false, r.stopped(ctx)
	}
	r.turn = turn
	if err == nil {
		r.ahead = nil
	}
	return err == nil, err
}

// fullID is the id of the property or include, with its prefix.
func (r *run) fullID() papi.ID {
	if id := r.result.Include.IncludeID; id != "" {
		return id.With(papi.PrefixInclude)
	}
	return r.result.Property.PropertyID.With(papi.PrefixProperty)
}

func (r *run) doing() string {
	switch {
	case r.target.deactivate:
		return "deactivates"
	case r.result.Version > 0:
		return fmt.Sprintf("activates version %d", r.result.Version)
	}
	return "changes hostnames"
}

// giveWay waits for the activation that blocks the network, in line with other runs. It returns without having
// waited if the run has just got its turn, because another look is needed then.
func (r *run) giveWay(ctx context.Context, blocker papi.Activation, api API) error {
	if !r.target.FailIfPending {
		if again, err := r.claim(ctx); err != nil || again {
			return err
		}
	}
	return r.yieldTo(ctx, blocker, api)
}

// lookFor reads the list of activations for a decision that may lead to so many requests in all.
func (r *run) lookFor(ctx context.Context, requests int) (*papi.ActivationList, error) {
	looking, err := r.looking(ctx, requests)
	if err != nil {
		return nil, err
	}
	return r.look(looking)
}

// looking prepares a look that a submission may follow, and returns the context for it. Requests made with that
// context are sent in direct succession, so that the look does not become too old before the submission.
func (r *run) looking(ctx context.Context, requests int) (context.Context, error) {
	r.leavePair()
	if r.turn == nil {
		return ctx, nil
	}
	looking := ctx
	if api, ok := r.engine.API.(interface {
		Reserve(ctx context.Context, n int) (reserved context.Context, release func(), err error)
	}); ok && requests > 0 {
		reserved, release, err := api.Reserve(ctx, requests)
		if err != nil {
			return nil, r.readError(ctx, err)
		}
		looking, r.pair, r.unpair = reserved, reserved, release
	}
	if err := r.turn.Look(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, r.stopped(ctx)
		}
		r.leaveTurn() // it takes another turn if needed
		return ctx, nil
	}
	return looking, nil
}

func (r *run) leavePair() {
	if r.unpair != nil {
		r.unpair()
	}
	r.pair, r.unpair = nil, nil
}

func (r *run) leaveTurn() {
	r.leavePair()
	if r.turn != nil {
		r.turn.Leave()
	}
	r.turn = nil
}

// permitted returns the context with which a submission may be sent. ok is false if another look is needed.
func (r *run) permitted(ctx context.Context) (submitting context.Context, ok bool, err error) {
	if r.turn == nil {
		return ctx, true, nil
	}
	last, err := r.turn.Permit(ctx, func(id papi.ID) bool { return r.known[id.Bare()] })
	switch {
	case err == nil:
		submitting = ctx
		if r.pair != nil {
			submitting = r.pair
		}
		return papi.SendBy(submitting, last), true, nil
	case ctx.Err() != nil:
		return nil, false, r.stopped(ctx)
	case errors.Is(err, ErrLookAgain):
		return nil, false, r.pause(ctx, lookAgainPause, err)
	}
	r.leaveTurn() // lost or not confirmed: it takes another turn
	return nil, false, nil
}

// lookAgainPause is the pause before repeating a look that must show more than the last one.
const lookAgainPause = 2 * time.Second

// told reports the result of a submission to the turn.
func (r *run) told(ctx context.Context, id papi.ID, err error) {
	if r.turn == nil {
		return
	}
	accepted := Accepted
	switch {
	case err != nil && isUncertain(err):
		accepted = AcceptanceUnknown
	case err != nil:
		accepted = Refused
	}
	r.turn.Submitted(context.WithoutCancel(ctx), id, accepted)
}
