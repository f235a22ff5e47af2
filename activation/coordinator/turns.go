package coordinator

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Defaults of [Turns].
const (
	DefaultLease  = 30 * time.Second
	DefaultLag    = 15 * time.Second
	lookingLease  = 15 * time.Second
	postingMargin = 30 * time.Second // for sending, and for waiting for a late answer
	sendMargin    = 5 * time.Second  // between the permission and sending
	freshLook     = 10 * time.Second
	shortPause    = time.Second
	outage        = time.Minute // for how long a run that wants to submit waits for the store
)

// MaxSubmit is the longest time for a submission: others wait for as long when its process has died.
const MaxSubmit = 30 * time.Minute

// Turns are the waiting lines of properties on networks, as an [activation.Turns]. They are safe for concurrent
// use as long as their fields do not change.
type Turns struct {
	Store Store
	// Holder describes this process to others.
	Holder activation.Holder
	// Lease is how long a place lasts without a sign of life; 0 means DefaultLease.
	Lease time.Duration
	// Submit is how long a submission may take, at most MaxSubmit; 0 means [papi.DefaultSubmitTimeout].
	Submit time.Duration
	// Lag is for how long PAPI's lists may not show a submission; 0 means DefaultLag.
	Lag time.Duration
	// Patience is how long to wait behind a holder that is not submitting; then Take returns an
	// [*activation.InLineError]. The lease of a submitting holder is always waited for, since it may have died. 0 means
	// no limit.
	Patience time.Duration
	// Gone is called once if the store does not answer while a turn is held or waited for; may be nil.
	Gone func(error)
}

var _ activation.Turns = (*Turns)(nil)

func (t *Turns) lease() time.Duration { return cmp.Or(t.Lease, DefaultLease) }

func (t *Turns) looking() time.Duration { return min(lookingLease, t.lease()) }

// pause is the interval at which the next in line looks.
func (t *Turns) pause() time.Duration { return min(shortPause, t.lease()/6) } //nolint:mnd // well below a third

func (t *Turns) posting() time.Duration {
	return cmp.Or(t.Submit, papi.DefaultSubmitTimeout) + postingMargin
}

// LineKey is the key of a line.
func LineKey(at activation.Line) string {
	return LinePrefix + word(at.Account.Bare()) + "." + word(string(at.Asset)) + "." + word(string(at.Network))
}

// LinePrefix is the prefix of the keys of all lines.
const LinePrefix = "turn."

// Take implements [activation.Turns].
func (t *Turns) Take(ctx context.Context, at activation.Line, ahead func(activation.Ahead) error) (activation.Turn, error) { //nolint:ireturn // that is the interface
	if t.Submit > MaxSubmit || t.lease() > maxLease {
		return nil, fmt.Errorf("turns: submissions of %s and leases of %s are too long; the longest are %s and %s", t.Submit, t.lease(), MaxSubmit, maxLease)
	}
	w := &waiting{turns: t, key: LineKey(at), id: rand.Text(), seen: witness{}, ahead: ahead, holder: t.Holder, asked: time.Now()}
	w.holder.Doing, w.holder.Since = at.Doing, time.Now().UTC().Round(time.Second)
	w.holder = Bounded(w.holder)
	turn, err := w.wait(ctx)
	if err != nil {
		w.leave(ctx)
		return nil, err
	}
	return turn, nil
}

// waiting is a place in a line whose turn has not come.
type waiting struct {
	turns  *Turns
	key    string
	id     string
	holder activation.Holder
	seen   witness
	ahead  func(activation.Ahead) error

	asked   time.Time // when the store was last asked
	wrote   time.Time // before the line was last written
	renewed time.Time // time of the last sign of life
	posting bool      // the holder of the turn is submitting
	idle    time.Time // since when it is not
	place   int
	entry   Entry // the line as it was written last
	posted  *note // its note
	told    activation.Ahead
	since   time.Time // since when the store does not answer; zero if it does
	joined  bool
}

// wait waits until the ticket is the first one.
func (w *waiting) wait(ctx context.Context) (*turn, error) {
	w.idle = time.Now()
	for {
		begun := time.Now()
		mine, first, err := w.step(ctx, begun)
		since := time.Since(w.asked)
		w.asked = time.Now()
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			w.seen.forgive(since)
			if err := w.without(err); err != nil {
				return nil, err
			}
		case mine:
			return newTurn(w, w.wrote), nil
		default:
			w.since = time.Time{}
			if err := w.tell(activation.Ahead{Place: w.place, Holder: first}); err != nil {
				return nil, err
			}
			if w.posting {
				w.idle = time.Now()
			}
			if most := w.turns.Patience; most > 0 && time.Since(w.idle) >= most {
				return nil, &activation.InLineError{Ahead: w.told}
			}
		}
		pause := w.turns.pause()
		if w.place > 1 && w.since.IsZero() {
			pause = max(pause, min(w.turns.lease()/6, 5*shortPause)) //nolint:mnd // often enough to renew after a third
		}
		if err := Sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// without decides whether to wait for a store that does not answer.
func (w *waiting) without(err error) error {
	if _, gone := errors.AsType[*GoneError](err); !gone {
		return err
	}
	if w.since.IsZero() {
		w.since = time.Now()
		if w.turns.Gone != nil {
			w.turns.Gone(err)
		}
	}
	if time.Since(w.since) > outage {
		return err
	}
	return w.tell(activation.Ahead{Place: w.place, Err: err})
}

// tell reports the position in line if it has changed.
func (w *waiting) tell(a activation.Ahead) error {
	if w.told.Place == a.Place && w.told.Holder == a.Holder && (w.told.Err == nil) == (a.Err == nil) {
		return nil
	}
	w.told = a
	return w.ahead(a)
}

// step joins the line, renews the place if due, and takes the turn if no living holder is ahead. It reports
// whether it has the turn, and who is first.
func (w *waiting) step(ctx context.Context, begun time.Time) (mine bool, first activation.Holder, err error) {
	due := time.Since(w.renewed) > w.turns.lease()/3 //nolint:mnd // a lost renewal can still be repeated in time
	shown := false
	w.entry, err = changeFrom(ctx, w.turns.Store, w.key, Entry{}, func(e Entry) ([]byte, error) {
		mine, shown, w.wrote = false, false, time.Now() // before this attempt to write, of which there may be many
		l, err := readLine(w.key, e)
		if err != nil {
			return nil, err
		}
		place, changed := l.place(w.id), false
		if place < 0 {
			if !l.join(ticket{ID: w.id, Phase: PhaseWaiting, Lease: w.turns.lease().Milliseconds(), Holder: w.holder}) {
				w.place, first = len(l.Tickets), l.Tickets[0].Holder
				return w.clear(l, begun)
			}
			place, changed, w.joined = len(l.Tickets)-1, true, true
		}
		for _, id := range w.seen.dead(l, place, begun) {
			l.remove(id)
			changed = true
		}
		w.place, w.posted = l.place(w.id), l.Posted
		first, w.posting = l.Tickets[0].Holder, l.Tickets[0].Phase == PhasePosting
		switch {
		case w.place == 0:
			l.beat(w.id, PhaseLooking, w.turns.looking())
			mine, changed = true, true
		case due:
			l.beat(w.id, PhaseWaiting, w.turns.lease())
			changed, shown = true, true
		}
		if !changed {
			return nil, nil
		}
		return l.write()
	})
	if err == nil && shown { // only now: a write that conflicted renewed nothing
		w.renewed = w.wrote
	}
	return mine, first, err
}

// clear removes dead tickets from a full line.
func (w *waiting) clear(l *line, begun time.Time) ([]byte, error) {
	dead := w.seen.dead(l, len(l.Tickets), begun)
	if len(dead) == 0 {
		return nil, nil
	}
	for _, id := range dead {
		l.remove(id)
	}
	return l.write()
}

// leave removes the ticket from the line, if that is possible quickly.
func (w *waiting) leave(ctx context.Context) {
	if w.joined {
		leave(ctx, w.turns.Store, w.key, w.id, Entry{})
	}
}

// leaveWithin bounds the time for leaving a line. A place that could not be removed expires.
const leaveWithin = 500 * time.Millisecond

func leave(ctx context.Context, s Store, key, id string, known Entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
	defer cancel()
	_, _ = changeFrom(ctx, s, key, known, func(e Entry) ([]byte, error) {
		l, err := readLine(key, e)
		if err != nil || l.place(id) < 0 {
			return nil, err
		}
		l.remove(id)
		return l.write()
	})
}
