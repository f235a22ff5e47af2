package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
)

// lease is the right to lead a rollout, as this process has it. It is written in the job, and renewed there with each
// change.
type lease struct {
	store  coordinator.Store
	key    string // of the job
	id     string
	length time.Duration

	mu    sync.Mutex
	begun time.Time // before the write that renewed it last
	lost  bool
}

// Why a term ends before its rollout.
var (
	errNotLead   = errors.New("another runner leads the rollout now")
	errLeaseOver = errors.New("its lease has run out before the coordinator has answered")
	errStopped   = errors.New("somebody has stopped the rollout")
)

// takeLease takes the lead of a job that still is as it was read, and returns the job as it is then. It begins a term.
func takeLease(ctx context.Context, s coordinator.Store, j *Job, length time.Duration, by activation.Holder) (*lease, *Job, error) {
	l := &lease{store: s, key: jobKey(j.AccountID, j.Name), id: rand.Text(), length: length, begun: time.Now()}
	var taken *Job
	err := changeJob(ctx, s, l.key, func(now *Job) (bool, error) {
		if now.Write != j.Write {
			return false, errNotLead
		}
		now.Term++
		now.Lead = &Lead{ID: l.id, Beat: 1, Lease: length.Milliseconds(), Holder: coordinator.Bounded(by)}
		now.Closed, now.Stage, now.Attempt = false, 0, 0
		taken = now
		return true, nil
	})
	return l, taken, err
}

// holds reports whether this process certainly still leads.
func (l *lease) holds() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = l.lost || coordinator.Passed(l.begun) >= l.length
	return !l.lost
}

// change changes the job while this process leads, and renews the lease.
func (l *lease) change(ctx context.Context, edit func(*Job)) error {
	if !l.holds() {
		return errNotLead
	}
	begun := time.Now()
	err := changeJob(ctx, l.store, l.key, func(j *Job) (bool, error) {
		switch {
		case j.Lead == nil || j.Lead.ID != l.id:
			return false, errNotLead
		case j.State != Running:
			return false, errStopped
		}
		j.Lead.Beat++
		edit(j)
		return true, nil
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.begun = begun
	case errors.Is(err, errNotLead) || errors.Is(err, errStopped) || errors.Is(err, errNoJob):
		l.lost = true
	}
	return err
}

// permit confirms right before a submission that this process still leads.
func (l *lease) permit(ctx context.Context) error {
	return l.change(ctx, func(*Job) {})
}

// due reports whether it is time to renew the lease.
func (l *lease) due() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return coordinator.Passed(l.begun) >= l.length/3 //nolint:mnd // a failed renewal can still be repeated in time
}

// see returns an error if this process no longer leads the rollout.
func (l *lease) see(ctx context.Context) error {
	e, err := coordinator.Read(ctx, l.store, l.key)
	var j *Job
	if err == nil {
		j, err = readJob(l.key, e)
	}
	switch {
	case err != nil && l.holds():
		return nil // unknown
	case err != nil, j == nil, j.Lead == nil || j.Lead.ID != l.id:
		return errNotLead
	case j.State != Running:
		return errStopped
	}
	return nil
}

// leave lets others take the lead at once.
func (l *lease) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), opTimeout)
	defer cancel()
	_ = changeJob(ctx, l.store, l.key, func(j *Job) (bool, error) {
		if j.Lead == nil || j.Lead.ID != l.id {
			return false, nil
		}
		j.Lead = nil
		return true, nil
	})
}

// sight is the last observation of a lead: one whose beat has not changed for its lease, by this machine's
// clock, is dead.
type sight struct {
	id    string
	beat  uint64
	since time.Time
}

func (s sight) next(j *Job) sight {
	switch {
	case j.Lead == nil:
		return sight{}
	case s.id != j.Lead.ID || s.beat != j.Lead.Beat:
		return sight{j.Lead.ID, j.Lead.Beat, time.Now()}
	}
	return s
}

func (s sight) dead(j *Job, begun time.Time) bool {
	return j.Lead != nil && s.id == j.Lead.ID && s.beat == j.Lead.Beat && begun.Sub(s.since) > j.Lead.lease()
}
