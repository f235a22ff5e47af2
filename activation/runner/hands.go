package runner

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// hands gives the items of a rollout to runners, on behalf of one lead.
type hands struct {
	lead *lead

	mu      sync.Mutex
	waiting map[int]chan papi.ID // by place
	stage   int                  // up to this stage items are given out; -1: none yet
	attempt int
	opening chan struct{} // holds one element while a change is made
	closed  chan struct{} // made by the first caller of close, and closed when that is done; nil before
}

// Intervals of waiting for others.
const (
	askEach   = 15 * time.Second // between checks whether an item's piece is still there
	otherWork = 30 * time.Second // for another piece in the item's place
)

// Submit implements [rollout.Submitter].
func (h *hands) Submit(ctx context.Context, item rollout.Item, attempt int) papi.ID {
	told := make(chan papi.ID, 1)
	h.mu.Lock()
	h.waiting[item.Place] = told
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.waiting, item.Place)
	}()
	id := papi.ID("")
	if h.open(ctx, item.Stage, attempt) == nil {
		id = h.handOver(ctx, item, attempt, told)
	}
	if id == "" && ctx.Err() != nil {
		h.close()
	}
	return id
}

// heard receives the reports of runners.
func (h *hands) heard(data []byte) {
	var a answer
	if json.Unmarshal(data, &a) != nil || a.Version != orderVersion || a.Term != h.lead.term || a.Activation != "" && !a.Activation.Valid() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case h.waiting[a.Place] <- a.Activation:
	default: // nobody waits for it any more
	}
}

// open records in the job that items of a stage are given out.
func (h *hands) open(ctx context.Context, stage, attempt int) error {
	select {
	case h.opening <- struct{}{}:
		defer func() { <-h.opening }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	h.mu.Lock()
	known := stage <= h.stage && attempt == h.attempt
	h.mu.Unlock()
	if known {
		return nil
	}
	for {
		err := h.lead.change(ctx, func(j *Job) { j.Stage, j.Attempt = max(stage, j.Stage), attempt })
		if err == nil {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.stage, h.attempt = max(stage, h.stage), attempt
			return nil
		}
		if gone := (*coordinator.GoneError)(nil); !errors.As(err, &gone) || coordinator.Sleep(ctx, storeGone) != nil {
			return err
		}
	}
}

// close makes sure that nobody begins with an item any more, by recording it in the job. If that cannot be
// written, the lease expires, which has the same effect.
func (h *hands) close() {
	h.mu.Lock()
	first := h.closed == nil
	if first {
		h.closed = make(chan struct{})
	}
	done := h.closed
	h.mu.Unlock()
	if !first {
		<-done
		return
	}
	defer close(done)
	ctx, cancel := context.WithTimeout(context.Background(), h.lead.run.lease())
	defer cancel()
	for {
		err := h.lead.change(ctx, func(j *Job) { j.Closed = true })
		if gone := (*coordinator.GoneError)(nil); !errors.As(err, &gone) || coordinator.Sleep(ctx, storeGone) != nil {
			return
		}
	}
}

// handOver offers an item, and waits until somebody reports the result.
func (h *hands) handOver(ctx context.Context, item rollout.Item, attempt int, told <-chan papi.ID) papi.ID {
	j := h.lead.job
	data, err := json.Marshal(order{Version: orderVersion, Name: j.Name, Digest: j.Digest, Term: h.lead.term, Attempt: attempt, Place: item.Place})
	if err != nil {
		return ""
	}
	at := activation.Line{Account: papi.ID(j.AccountID.Bare()), Asset: item.PropertyID, Network: item.Network}
	if !h.offer(ctx, at, data) {
		return ""
	}
	missing := 0
	for {
		alarm := time.NewTimer(askEach + rand.N(askEach/4)) //nolint:gosec,mnd // not all at once
		select {
		case id := <-told:
			alarm.Stop()
			return id
		case <-ctx.Done():
			alarm.Stop()
			return ""
		case <-alarm.C:
		}
		within, cancel := context.WithTimeout(ctx, opTimeout)
		have, err := h.lead.run.Work.Offered(within, at)
		cancel()
		switch {
		case err != nil:
		case string(have) == string(data):
			missing = 0
		default:
			missing++ // the report may be on its way
		}
		if missing > 1 {
			return ""
		}
	}
}

// offer offers an item; false if another piece occupies its place for too long.
func (h *hands) offer(ctx context.Context, at activation.Line, data []byte) bool {
	work := h.lead.run.Work
	for begun := time.Now(); ; {
		within, cancel := context.WithTimeout(ctx, opTimeout)
		err := work.Offer(within, at, data)
		var have []byte
		if errors.Is(err, coordinator.ErrOffered) {
			have, _ = work.Offered(within, at)
		}
		cancel()
		switch {
		case err == nil, string(have) == string(data): // the answer to an earlier attempt was lost
			return true
		case errors.Is(err, coordinator.ErrOffered) && time.Since(begun) > otherWork, errors.Is(err, coordinator.ErrNotAllowed):
			return false
		}
		if coordinator.Sleep(ctx, storeGone) != nil {
			return false
		}
	}
}
