package coordinator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a store within one process. The zero value is empty.
type Memory struct {
	mu       sync.Mutex
	revision uint64
	entries  map[string]Entry
}

var _ Store = (*Memory)(nil)

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, key string) (Entry, error) {
	if ctx.Err() != nil {
		return Entry{}, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	e.Value = slices.Clone(e.Value)
	return e, nil
}

// Put implements [Store].
func (m *Memory) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	switch {
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case len(value) > MaxValue:
		return 0, fmt.Errorf("a value of %d bytes is too large", len(value))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key].Revision != revision {
		return 0, ErrConflict
	}
	if m.entries == nil {
		m.entries = map[string]Entry{}
	}
	m.revision++
	m.entries[key] = Entry{Value: slices.Clone(value), Revision: m.revision, Written: time.Now()}
	return m.revision, nil
}

// Keys implements [Store].
func (m *Memory) Keys(ctx context.Context, prefix string) ([]string, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for key := range m.entries {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}
