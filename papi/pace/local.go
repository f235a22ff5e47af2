package pace

import (
	"context"
	"sync"
	"time"
)

// Local is the line of one process. It is safe for concurrent use.
type Local struct {
	mu   sync.Mutex
	line *Line
}

var _ Pace = (*Local)(nil)

// NewLocal returns an empty line. speed is how many seconds of PAPI's time pass in one real second; 0 means 1.
func NewLocal(speed float64) *Local { return &Local{line: NewLine(time.Now(), speed)} }

// Take implements Pace.
func (p *Local) Take(ctx context.Context, n int) (Ticket, Turn, error) {
	if ctx.Err() != nil {
		return Ticket{}, Turn{}, context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t, turn := p.line.enter(time.Now(), n)
	return t, turn, nil
}

// Look implements Pace.
func (p *Local) Look(ctx context.Context, t Ticket) (Turn, error) {
	if ctx.Err() != nil {
		return Turn{}, context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.line.Look(time.Now(), t), nil
}

// Leave implements Pace.
func (p *Local) Leave(_ context.Context, t Ticket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Leave(time.Now(), t)
}

// Learn implements Pace.
func (p *Local) Learn(_ context.Context, t Ticket, r Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Learn(time.Now(), t, r)
}

// has reports whether a ticket belongs to this line.
func (p *Local) has(t Ticket) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.Line == p.line.ID
}
