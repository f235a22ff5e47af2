package coordinatortest

import (
	"context"
	"regexp"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
)

// Apart is a store as seen by a machine whose clock is ahead of all others by By, or behind: the times that it
// writes and reads are shifted.
type Apart struct {
	coordinator.Store

	By time.Duration
}

// Get implements [coordinator.Store].
func (a Apart) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	e, err := a.Store.Get(ctx, key)
	if e.Revision != 0 {
		e.Value, e.Written = shifted(e.Value, -a.By), e.Written.Add(-a.By)
	}
	return e, err
}

// Put implements [coordinator.Store].
func (a Apart) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	return a.Store.Put(ctx, key, shifted(value, a.By), revision)
}

var moment = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)"`)

// shifted moves all times of a document.
func shifted(value []byte, by time.Duration) []byte {
	return moment.ReplaceAllFunc(value, func(text []byte) []byte {
		at, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(text))
		if err != nil || at.IsZero() {
			return text
		}
		return []byte(at.Add(by).Format(`"` + time.RFC3339Nano + `"`))
	})
}
