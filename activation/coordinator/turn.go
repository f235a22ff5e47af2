package coordinator

import (
	"context"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// The rules of a turn:
//  - It is a lease, renewed after a third of its time. It counts from before the
//    request that renewed it, so that this process gives it up no later than others
//    do. Both clocks are read, because the monotonic one stops while a machine sleeps.
//  - Right before a submission the line must be written without a conflict, with a
//    note of it. The lease then lasts as long as the submission may take.
//  - A lost turn stays lost.

// turn is a turn that this process holds.
type turn struct {
	turns *Turns
	key   string
	id    string
	stop  context.CancelFunc
	over  chan struct{} // closed when the turn is no longer renewed

	op    chan struct{} // has one element during a change of the line
	entry Entry         // the line as this process wrote it last; guarded by op

	mu     sync.Mutex // guards what follows
	phase  Phase
	lease  time.Duration
	begun  time.Time // before the request that renewed it last
	looked time.Time // begin of the last look
	note   *note     // of an earlier submission, found when the turn came
	noted  time.Time // when note was first seen
	lost   bool
	left   bool // the ticket was taken out
	said   bool // it was reported that the store is gone
}

func newTurn(w *waiting, begun time.Time) *turn {
	ctx, stop := context.WithCancel(context.Background())
	t := &turn{
		turns: w.turns, key: w.key, id: w.id, stop: stop, over: make(chan struct{}),
		phase: PhaseLooking, lease: w.turns.looking(), begun: begun, looked: begun, entry: w.entry,
		op: make(chan struct{}, 1),
	}
	t.remember(w.posted)
	go t.renew(ctx)
	return t
}

// isLost reports whether this process has lost the turn.
func (t *turn) isLost() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = t.lost || Passed(t.begun) >= t.lease
	return t.lost
}

// renew renews the turn until it is left or lost.
func (t *turn) renew(ctx context.Context) {
	defer close(t.over)
	for !t.isLost() {
		t.mu.Lock()
		next := t.lease/3 - Passed(t.begun) //nolint:mnd // a failed renewal can still be repeated in time
		if t.phase == PhasePosting {
			next = t.turns.pause() // the lease covers the submission
		}
		t.mu.Unlock()
		if Sleep(ctx, max(next, t.turns.pause()/10)) != nil { //nolint:mnd // after a failed renewal
			return
		}
		if t.isPosting() {
			continue
		}
		if err := t.beat(ctx, "", nil); err != nil && ctx.Err() == nil {
			t.sayGone(err)
		}
	}
}

func (t *turn) isPosting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.phase == PhasePosting
}

func (t *turn) sayGone(err error) {
	t.mu.Lock()
	said := t.said
	t.said = true
	t.mu.Unlock()
	if !said && t.turns.Gone != nil {
		t.turns.Gone(err)
	}
}

// beat writes a sign of life, with a new phase unless it is empty, and with the changes of edit. The error is
// [activation.ErrTurnLost] if the turn is lost.
func (t *turn) beat(ctx context.Context, phase Phase, edit func(*line)) error {
	select {
	case t.op <- struct{}{}:
		defer func() { <-t.op }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if t.isLost() {
		return activation.ErrTurnLost
	}
	t.mu.Lock()
	if phase == "" {
		phase = t.phase
	}
	t.mu.Unlock()
	lease := t.length(phase)
	begun := time.Now()
	entry, err := changeFrom(ctx, t.turns.Store, t.key, t.entry, func(e Entry) ([]byte, error) {
		l, err := readLine(t.key, e)
		if err != nil {
			return nil, err
		}
		if l.place(t.id) != 0 {
			t.mu.Lock()
			t.lost = true
			t.mu.Unlock()
			return nil, activation.ErrTurnLost
		}
		t.remember(l.Posted)
		begun = time.Now() // before this attempt to write
		l.beat(t.id, phase, lease)
		if edit != nil {
			edit(l)
		}
		return l.write()
	})
	t.entry = entry
	if err != nil {
		t.entry = Entry{} // it is not known what is there
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.phase, t.lease, t.begun, t.said = phase, lease, begun, false
	return nil
}

func (t *turn) length(phase Phase) time.Duration {
	switch phase {
	case PhaseLooking:
		return t.turns.looking()
	case PhasePosting:
		return t.turns.posting()
	case PhaseWaiting, PhaseWatching:
	}
	return t.turns.lease()
}

// remember stores the note of somebody else's submission.
func (t *turn) remember(n *note) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n == nil || n.By == t.id {
		return
	}
	if t.note == nil || t.note.By != n.By || t.note.Activation != n.Activation {
		t.note, t.noted = n, time.Now()
	}
}

// Look implements [activation.Turn]. Right after the turn came, or after another look, the line says already that this
// process looks, and for long enough. That it still has the turn is what Permit finds out.
func (t *turn) Look(ctx context.Context) error {
	begun := time.Now()
	t.mu.Lock()
	fresh := !t.lost && t.phase == PhaseLooking && Passed(t.begun) < t.lease/3 //nolint:mnd // it is renewed then
	t.mu.Unlock()
	if !fresh {
		if err := t.beat(ctx, PhaseLooking, nil); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.looked = begun
	return nil
}

// Permit implements [activation.Turn].
func (t *turn) Permit(ctx context.Context, shown func(papi.ID) bool) (time.Time, error) {
	switch {
	case t.isLost():
		return time.Time{}, activation.ErrTurnLost
	case t.tooOld() || !t.settled(shown):
		return time.Time{}, activation.ErrLookAgain
	}
	begun := time.Now()
	err := t.beat(ctx, PhasePosting, func(l *line) { l.Posted = &note{By: t.id, At: begun.UTC()} })
	if err != nil {
		return time.Time{}, err
	}
	if t.tooOld() || !t.settled(shown) { // the write may have taken long, and may have shown a newer note
		return time.Time{}, activation.ErrLookAgain
	}
	return begun.Add(sendMargin), nil
}

func (t *turn) tooOld() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Passed(t.looked) > freshLook
}

// settled reports whether the look shows the previous submission, or that is so old that any look would.
func (t *turn) settled(shown func(papi.ID) bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.note == nil || t.note.Activation != "" && shown(t.note.Activation) {
		return true
	}
	lag := t.turns.Lag
	if lag == 0 {
		lag = DefaultLag
	}
	const apart = time.Minute // assumed maximum difference between clocks of machines
	return Passed(t.noted) > lag || time.Since(t.note.At.Add(apart)) > lag
}

// Submitted implements [activation.Turn].
func (t *turn) Submitted(ctx context.Context, id papi.ID, accepted activation.Acceptance) {
	ctx, cancel := context.WithTimeout(ctx, leaveWithin)
	defer cancel()
	err := t.beat(ctx, PhaseWatching, func(l *line) {
		switch accepted {
		case activation.Refused:
			l.Posted = nil
		case activation.Accepted:
			l.Posted = &note{By: t.id, At: time.Now().UTC(), Activation: id}
		case activation.AcceptanceUnknown:
		}
	})
	if err != nil { // later renewals repeat it
		t.mu.Lock()
		defer t.mu.Unlock()
		t.phase = PhaseWatching
	}
}

// Leave implements [activation.Turn]. It may be called repeatedly.
func (t *turn) Leave() {
	t.stop()
	<-t.over
	t.op <- struct{}{}
	defer func() { <-t.op }()
	t.mu.Lock()
	left := t.left
	t.lost, t.left = true, true
	t.mu.Unlock()
	if !left { // also after the turn was lost: the ticket may still be the first
		leave(context.Background(), t.turns.Store, t.key, t.id, t.entry)
	}
}
