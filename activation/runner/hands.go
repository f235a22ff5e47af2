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

// hands hand the items of a rollout to runners. They are those of one lead.
type hands struct {
	lead *lead

	mu      sync.Mutex
	waiting map[int]chan papi.ID // by place
	stage   int                  // up to which items are handed out; -1: none are yet
	attempt int
	opening chan struct{} // has one place: one change at a time
	closed  chan struct{} // is made by the first that closes, and closed when it has; nil before
}

// How long is waited for what others do.
const (
	askEach   = 15 * time.Second // whether an item is still there
	otherWork = 30 * time.Second // that another piece may have its place
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

// heard takes what runners say.
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

// open says in the job that items of a stage are handed out.
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
		if gone := (*coordinator.GoneError)(nil); !errors.As(err, &gone) || sleep(ctx, storeGone) != nil {
			return err
		}
	}
}

// close has nobody begin with an item any more: whoever has its turn later sees it in the
// job. Where that cannot be written, the lease runs out, which says the same.
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
		if gone := (*coordinator.GoneError)(nil); !errors.As(err, &gone) || sleep(ctx, storeGone) != nil {
			return
		}
	}
}

// handOver puts an item in, and waits until somebody says what came of it.
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
			missing++ // what was said of it may just be on its way
		}
		if missing > 1 {
			return ""
		}
	}
}

// offer puts an item in; false when its place has another piece for too long.
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
		case err == nil, string(have) == string(data): // an answer that was lost
			return true
		case errors.Is(err, coordinator.ErrOffered) && time.Since(begun) > otherWork, errors.Is(err, coordinator.ErrNotAllowed):
			return false
		}
		if sleep(ctx, storeGone) != nil {
			return false
		}
	}
}
