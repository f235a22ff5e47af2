package rollout

import (
	"context"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// turns are the turns of the items of one bulk request; nil if none are taken.
type turns struct {
	loop *loop

	mu  sync.Mutex // guards of
	all map[*entry]*partTurn
}

// partTurn is the turn of one item.
type partTurn struct {
	activation.Turn

	shown     map[string]bool // bare ids of the activations that its look has shown
	permitted bool            // it may be submitted
	kept      bool            // kept until the result for the item is known
}

// maxAsked is how many turns are used at once.
const maxAsked = 16

// takeTurns takes the turns of items; items with others ahead of them wait in line.
func (l *loop) takeTurns(items []*entry) *turns {
	if l.runner.Turns == nil || l.lines == nil {
		return nil
	}
	t := &turns{loop: l, all: map[*entry]*partTurn{}}
	each(items, func(e *entry) {
		if turn, ok := l.takeTurn(e); ok && turn != nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.all[e] = &partTurn{Turn: turn}
		}
	})
	return t
}

// each calls do for all items, several at once.
func each(items []*entry, do func(*entry)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, maxAsked)
	for _, e := range items {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			do(e)
		})
	}
	wg.Wait()
}

func (t *turns) of(e *entry) *partTurn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all[e]
}

// first returns the items that have the turn.
func (t *turns) first(items []*entry) []*entry {
	if t == nil {
		return items
	}
	var mine []*entry
	for _, e := range items {
		if t.of(e) != nil {
			mine = append(mine, e)
		}
	}
	return mine
}

// look is called right before a look at an item; false if the turn is lost.
func (t *turns) look(ctx context.Context, e *entry) bool {
	return t == nil || t.of(e).Look(ctx) == nil
}

// show records what a look has shown.
func (t *turns) show(e *entry, list *papi.ActivationList) {
	if t == nil {
		return
	}
	turn := t.of(e)
	turn.shown = map[string]bool{}
	for _, a := range list.Items {
		turn.shown[a.ActivationID.Bare()] = true
	}
}

// permit asks whether the items that were looked at may be submitted, and discards the looks of the others. It
// returns the deadline for sending; zero for none.
func (t *turns) permit(ctx context.Context, items []*entry, looked []time.Time) (last time.Time) {
	if t == nil {
		return last
	}
	at := map[*entry]int{}
	var chosen []*entry
	for i, e := range items {
		if !looked[i].IsZero() {
			at[e] = i
			chosen = append(chosen, e)
		}
	}
	each(chosen, func(e *entry) {
		turn := t.of(e)
		until, err := turn.Permit(ctx, func(id papi.ID) bool { return turn.shown[id.Bare()] })
		t.mu.Lock()
		defer t.mu.Unlock()
		switch {
		case err != nil:
			looked[at[e]] = time.Time{}
			return
		case last.IsZero() || until.Before(last):
			last = until
		}
		turn.permitted = true
	})
	return last
}

// told reports the result of the request, as far as it is known. Turns of items that PAPI may still submit are
// kept.
func (t *turns) told(ctx context.Context) {
	if t == nil {
		return
	}
	var permitted []*entry
	for e, turn := range t.all {
		if turn.permitted {
			permitted = append(permitted, e)
		}
	}
	each(permitted, func(e *entry) {
		turn := t.of(e)
		t.loop.mu.Lock()
		open := e.part != nil
		t.loop.mu.Unlock()
		if !open {
			turn.Submitted(context.WithoutCancel(ctx), "", activation.Refused)
			return
		}
		turn.Submitted(context.WithoutCancel(ctx), "", activation.AcceptanceUnknown)
		turn.kept = true
		t.loop.mu.Lock()
		e.keeps = turn.Turn
		t.loop.mu.Unlock()
	})
}

// leave gives up the turns that are not kept.
func (t *turns) leave() {
	if t == nil {
		return
	}
	var left []*entry
	for e, turn := range t.all {
		if !turn.kept {
			left = append(left, e)
		}
	}
	each(left, func(e *entry) { t.of(e).Leave() })
}

// leaveKept gives up the turns of items whose result is known.
func (l *loop) leaveKept(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.keeps == nil || e.part != nil || e.working {
			continue
		}
		turn, accepted, id := e.keeps, activation.AcceptanceUnknown, papi.ID("")
		if e.bulk != 0 && e.act != nil {
			accepted, id = activation.Accepted, e.act.ActivationID
		}
		e.keeps = nil
		l.lines.waits.Go(func() {
			turn.Submitted(context.WithoutCancel(ctx), id, accepted)
			turn.Leave()
		})
	}
}
