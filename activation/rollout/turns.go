package rollout

import (
	"context"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// turns are those of the items of one bulk request; nil where none are taken.
type turns struct {
	loop *loop

	mu  sync.Mutex // guards of
	all map[*entry]*partTurn
}

// partTurn is that of one item.
type partTurn struct {
	activation.Turn

	shown     map[string]bool // the bare ids that its look has shown
	permitted bool            // to be submitted
	kept      bool            // until it is known what became of the item
}

// maxAsked is how many turns are asked about at once.
const maxAsked = 16

// takeTurns takes the turns of items; those with others before them wait in line.
func (l *loop) takeTurns(items []*entry) *turns {
	if l.runner.Turns == nil || l.lines == nil || l.runner.Hands != nil {
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

// each calls do for all items, some of them at once.
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

// first returns the items whose turn it is.
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

// look is called right before an item is looked at; false: it is not its turn any more.
func (t *turns) look(ctx context.Context, e *entry) bool {
	return t == nil || t.of(e).Look(ctx) == nil
}

// show takes what a look has shown.
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

// permit asks whether the items that were looked at may be submitted, and forgets the looks
// of the others. It returns until when they may be sent; the zero time where that is not
// bounded.
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

// told says what came of the request, as far as it is known. Turns are kept of those that
// PAPI may still submit.
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

// leave leaves the turns that are not kept.
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

// leaveKept leaves the turns of items of which it is known what became of them.
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
