package coordinator

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// Buckets are the token buckets of accounts, as a [pace.Source]. They are safe for concurrent use as long as
// their fields do not change.
type Buckets struct {
	Store Store
	// Speed is how many seconds of PAPI's time pass in one real second; 0 means 1.
	Speed float64

	mu     sync.Mutex
	behind time.Duration // lower bound of how far the store's clock is ahead of this machine's
}

var _ pace.Source = (*Buckets)(nil)

// bucket is the stored form of a bucket.
type bucket struct {
	pace.Bucket

	Write string `json:"w"` // random, so that each write differs
}

// Take implements [pace.Source].
func (b *Buckets) Take(ctx context.Context, account, member string, n int, told pace.Told) ([]pace.Share, error) {
	var shares []pace.Share
	err := change(ctx, b.Store, PaceKey(account), func(e Entry) ([]byte, error) {
		ahead := b.ahead(e)
		now := time.Now().Round(0).Add(ahead)
		state := bucket{}
		if e.Revision == 0 || len(e.Value) > MaxValue || json.Unmarshal(e.Value, &state) != nil || state.Check(now, b.Speed) != nil {
			state.Bucket = *pace.NewBucket(now)
		}
		there := told
		if !there.At.IsZero() {
			there.At = told.At.Add(ahead)
		}
		shares = state.Take(now, b.Speed, member, n, there)
		for i := range shares {
			shares[i].First = shares[i].First.Add(-ahead)
		}
		state.Write = rand.Text()
		return json.Marshal(state)
	})
	return shares, err
}

// ahead returns how far the store's clock is ahead of this machine's, by its timestamps so far. A store's clock
// that is behind is harmless: places are used slightly early, once.
func (b *Buckets) ahead(e Entry) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Revision != 0 {
		b.behind = max(b.behind, time.Until(e.Written))
	}
	return b.behind
}

// PaceKey is the key of an account's bucket.
func PaceKey(account string) string { return "pace." + word(account) }
