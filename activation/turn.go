package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// Turns lets runs that change the same property on the same network go one after the
// other. It only ever holds a submission back: without a look nothing is submitted,
// whatever it says.
type Turns interface {
	// Take waits in line until it is this run's turn. While it waits, ahead is told
	// where, now and then; its error ends the wait.
	Take(ctx context.Context, at Line, ahead func(Ahead) error) (Turn, error)
}

// Line is what runs wait in line for.
type Line struct {
	Account papi.ID
	Asset   papi.ID // the property or the include, with its prefix
	Network papi.Network
	Doing   string // what the run is about, in words: "activates version 12"
}

// Turn is a turn that a run has. Its methods are called from one goroutine.
type Turn interface {
	// Look is called right before a look that a submission may follow. The error is
	// [ErrTurnLost], or says that it cannot be proven that it is the run's turn.
	Look(ctx context.Context) error
	// Permit is called right before a submission, with the activations that the look has
	// shown. The error is [ErrTurnLost], [ErrLookAgain], or says that it cannot be proven
	// that it is the run's turn. Otherwise the submission may be sent until last, by the
	// clocks of this machine.
	Permit(ctx context.Context, shown func(activation papi.ID) bool) (last time.Time, err error)
	// Submitted says what came of the submission: PAPI has accepted an activation; it may
	// have accepted one, which is not known; or it has not.
	Submitted(ctx context.Context, activation papi.ID, accepted Accepted)
	// Leave gives the turn to the next.
	Leave()
}

// Accepted says whether PAPI has accepted a submission.
type Accepted string

// What is known of a submission.
const (
	WasAccepted Accepted = "accepted"
	WasRefused  Accepted = "refused"
	NotKnown    Accepted = "unknown"
)

// Ahead is where in line a run is.
type Ahead struct {
	Place  int // how many are before it
	Holder Holder
	// Err is why the line cannot be seen at the moment; nil when it can.
	Err error
}

// Holder is whose turn it is. Others have written it: it is text to be shown, and no more.
type Holder struct {
	Host  string    `json:"host"`
	User  string    `json:"user"`
	CI    string    `json:"ci,omitempty"`  // the CI system
	Job   string    `json:"job,omitempty"` // of it
	URL   string    `json:"url,omitempty"` // of the job
	Doing string    `json:"doing,omitempty"`
	Since time.Time `json:"since"`
}

// String names the holder.
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
	// ErrTurnLost says that it is not the run's turn any more.
	ErrTurnLost = errors.New("it is not this run's turn any more: it was held up for longer than its place in line lasts")
	// ErrLookAgain says that the look is too old to submit by, or does not show yet what
	// the one before has submitted.
	ErrLookAgain = errors.New("the look does not show what has been submitted, or is too old")
)

// InLineError is the error when it is somebody else's turn and Target.FailIfPending is set.
type InLineError struct{ Ahead Ahead }

// Error names who it is.
func (e *InLineError) Error() string {
	return fmt.Sprintf("it is the turn of %s, since %s", e.Ahead.Holder, e.Ahead.Holder.Since.UTC().Format(time.RFC3339))
}

// claim waits for the run's turn. It reports whether there was a wait or a new turn, so
// that it has to be looked again.
func (r *run) claim(ctx context.Context) (bool, error) {
	turns := r.engine.Turns
	if turns == nil || r.turn != nil || r.target.DryRun {
		return false, nil
	}
	if r.tried != nil { // its turn has passed, and nothing more is submitted
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

// fullID is the id of the property or the include, with its prefix.
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

// lineUp is claim for a run that waits for another activation, unless it does not.
func (r *run) lineUp(ctx context.Context) (bool, error) {
	if r.target.FailIfPending {
		return false, nil
	}
	return r.claim(ctx)
}

// looking prepares a look that a submission may follow, and returns the context to look
// with. Requests that are made with it go one right after the other: the submission must
// not be held up until the look is too old.
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
		r.leaveTurn() // it waits for it once more, if it comes to that
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

// permitted returns the context with which a submission may be sent. ok is false when it
// has to be looked again.
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
	r.leaveTurn() // lost, or not to be proven: it waits for it once more
	return nil, false, nil
}

// lookAgainPause is waited before a look that has to show more than the last one.
const lookAgainPause = 2 * time.Second

// told tells the turn what came of a submission.
func (r *run) told(ctx context.Context, id papi.ID, err error) {
	if r.turn == nil {
		return
	}
	accepted := WasAccepted
	switch {
	case err != nil && isUncertain(err):
		accepted = NotKnown
	case err != nil:
		accepted = WasRefused
	}
	r.turn.Submitted(context.WithoutCancel(ctx), id, accepted)
}
