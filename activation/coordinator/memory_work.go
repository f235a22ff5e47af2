package coordinator

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// MemoryWork is a [Work] within one process. The zero value is empty.
type MemoryWork struct {
	mu     sync.Mutex
	pieces []*piece // in the order in which they were offered
	change chan struct{}
	topics map[string][]*listener
}

var _ Work = (*MemoryWork)(nil)

// piece is a piece of work that is not done.
type piece struct {
	at    activation.Line
	data  []byte
	tries int
	free  time.Time // when it may be taken
}

type listener struct {
	mu    sync.Mutex
	heard func([]byte)
	over  bool
}

// Offer implements [Work].
func (m *MemoryWork) Offer(ctx context.Context, at activation.Line, data []byte) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case len(data) > MaxPiece:
		return ErrTooLarge
	}
	at = WorkPlace(WorkKey(at))
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(at) != nil {
		return ErrOffered
	}
	m.pieces = append(m.pieces, &piece{at: at, data: slices.Clone(data)})
	m.changed()
	return nil
}

func (m *MemoryWork) find(at activation.Line) *piece {
	for _, p := range m.pieces {
		if p.at == at {
			return p
		}
	}
	return nil
}

// changed wakes those who wait for work.
func (m *MemoryWork) changed() {
	if m.change != nil {
		close(m.change)
	}
	m.change = nil
}

// Offered implements [Work].
func (m *MemoryWork) Offered(ctx context.Context, at activation.Line) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.find(WorkPlace(WorkKey(at))); p != nil {
		return slices.Clone(p.data), nil
	}
	return nil, nil
}

// Next implements [Work].
func (m *MemoryWork) Next(ctx context.Context, account string) (*Task, error) {
	for {
		task, change, free := m.take(papi.ID(account))
		if task != nil {
			return task, nil
		}
		var alarm <-chan time.Time
		if !free.IsZero() {
			timer := time.NewTimer(time.Until(free))
			defer timer.Stop()
			alarm = timer.C
		}
		select {
		case <-change:
		case <-alarm:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take takes a piece, or returns what to wait for.
func (m *MemoryWork) take(account papi.ID) (task *Task, change <-chan struct{}, free time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for _, p := range m.pieces {
		switch {
		case !p.at.Account.Equal(account):
		case p.free.After(now):
			if free.IsZero() || p.free.Before(free) {
				free = p.free
			}
		default:
			p.tries++
			p.free = now.Add(KeptFor)
			return &Task{Taken: &taken{m, p, p.tries}, At: p.at, Data: slices.Clone(p.data), Tries: p.tries}, nil, free
		}
	}
	if m.change == nil {
		m.change = make(chan struct{})
	}
	return nil, m.change, free
}

// taken is a piece taken by somebody; another may have taken it since.
type taken struct {
	work  *MemoryWork
	piece *piece
	try   int
}

// Keep implements [Taken].
func (t *taken) Keep(ctx context.Context) error { return t.free(ctx, KeptFor) }

// Later implements [Taken].
func (t *taken) Later(ctx context.Context, pause time.Duration) error { return t.free(ctx, pause) }

func (t *taken) free(ctx context.Context, after time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t.work.mu.Lock()
	defer t.work.mu.Unlock()
	if t.piece.tries == t.try {
		t.piece.free = time.Now().Add(after)
		t.work.changed()
	}
	return nil
}

// Done implements [Taken].
func (t *taken) Done(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t.work.mu.Lock()
	defer t.work.mu.Unlock()
	t.work.pieces = slices.DeleteFunc(t.work.pieces, func(p *piece) bool { return p == t.piece })
	return nil
}

// Tell implements [Work].
func (m *MemoryWork) Tell(ctx context.Context, topic string, data []byte) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case len(data) > MaxPiece:
		return ErrTooLarge
	}
	m.mu.Lock()
	listeners := slices.Clone(m.topics[topic])
	m.mu.Unlock()
	for _, l := range listeners {
		l.mu.Lock()
		if !l.over {
			l.heard(slices.Clone(data))
		}
		l.mu.Unlock()
	}
	return nil
}

// Listen implements [Work].
func (m *MemoryWork) Listen(ctx context.Context, topic string, heard func([]byte)) (func(), error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.topics == nil {
		m.topics = map[string][]*listener{}
	}
	l := &listener{heard: heard}
	m.topics[topic] = append(m.topics[topic], l)
	return func() {
		l.mu.Lock()
		l.over = true
		l.mu.Unlock()
		m.mu.Lock()
		defer m.mu.Unlock()
		m.topics[topic] = slices.DeleteFunc(m.topics[topic], func(o *listener) bool { return o == l })
	}, nil
}
