// Package jetstream implements [coordinator.Store] and [coordinator.Work] with NATS JetStream: a key-value
// bucket and a stream. It is the only package that uses NATS.
package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/propctl/propctl/activation/coordinator"
)

// BucketName is the name of the key-value bucket.
const BucketName = "propctl"

// The stream behind the bucket, and the prefix of its subjects.
const (
	stream  = "KV_" + BucketName
	subject = "$KV." + BucketName + "."
)

// Configuration of the bucket, which the first client that needs it creates. An operator may have created it
// before, with other values.
const (
	keptFor     = 7 * 24 * time.Hour // since the last write of a key
	description = "pace and lines of propctl; nothing of it is needed after a restart"
)

// Client is a store that connects when it is first used. It is safe for concurrent use.
type Client struct {
	options Options

	mu     sync.Mutex // guards what follows
	dial   *dial      // nil before the first use
	denied error      // what the server has refused last
}

var _ coordinator.Store = (*Client)(nil)

// dial is one attempt to connect, which continues when its caller has given up.
type dial struct {
	done chan struct{} // closed when the other members are set
	conn *nats.Conn
	kv   jetstream.KeyValue
	js   jetstream.JetStream
	made bool // this process has created the bucket
	err  error

	work      jetstream.Stream              // nil until needed; guarded by the client's mu, like
	consumers map[string]jetstream.Consumer // by account
}

// New validates the options. It does not connect yet.
func New(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Client{options: o}, nil
}

// Close closes the connection at once.
func (c *Client) Close() {
	c.mu.Lock()
	d := c.dial
	c.dial = nil
	c.mu.Unlock()
	if d == nil {
		return
	}
	go func() { // it may not be established yet
		<-d.done
		if d.conn != nil {
			d.conn.Close()
		}
	}()
}

// Get implements [coordinator.Store].
func (c *Client) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	d, err := c.connected(ctx)
	if err != nil {
		return coordinator.Entry{}, err
	}
	entry, err := d.kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return coordinator.Entry{}, nil
	case err != nil:
		return coordinator.Entry{}, c.told(err)
	}
	return coordinator.Entry{Value: entry.Value(), Revision: entry.Revision(), Written: entry.Created()}, nil
}

// Put implements [coordinator.Store].
func (c *Client) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if len(value) > coordinator.MaxValue {
		return 0, fmt.Errorf("a value of %d bytes is too large", len(value))
	}
	d, err := c.connected(ctx)
	if err != nil {
		return 0, err
	}
	var written uint64
	if revision == 0 {
		written, err = d.kv.Create(ctx, key, value)
	} else {
		written, err = d.kv.Update(ctx, key, value, revision)
	}
	switch {
	case errors.Is(err, jetstream.ErrKeyExists), errors.Is(err, jetstream.ErrKeyRevisionMismatch):
		return 0, coordinator.ErrConflict
	case err != nil:
		return 0, c.told(err)
	}
	return written, nil
}

// Keys implements [coordinator.Store].
func (c *Client) Keys(ctx context.Context, prefix string) ([]string, error) {
	d, err := c.connected(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.js.Stream(ctx, stream)
	if err != nil {
		return nil, c.told(err)
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(subject+strings.TrimSuffix(prefix, ".")+".>"))
	if err != nil {
		return nil, c.told(err)
	}
	var keys []string
	for name := range info.State.Subjects {
		if key := strings.TrimPrefix(name, subject); strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}
