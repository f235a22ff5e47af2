package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
)

// WorkName is the name of the stream of work.
const WorkName = "propctl-work"

// Prefixes of the subjects of work and of messages.
const (
	workSubject = "propctl.work."
	toldSubject = "propctl.told."
)

// Configuration of the stream and its consumers. A place holds at most one message; a second one is refused.
const (
	workDescription = "items of rollouts that wait for a runner of propctl"
	mostTaken       = 20000 // concurrently taken pieces per account
	mostWaiting     = 20000 // clients that wait for a piece at once; the server's default is 512
	waitEach        = 5 * time.Second
	tooMany         = time.Second // until it is tried again
	storeFailed     = 10077       // the server's code for a message that it refuses to store
)

var _ coordinator.Work = (*Client)(nil)

func workConfig(replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: WorkName, Description: workDescription, Subjects: []string{workSubject + ">"},
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgSize: coordinator.MaxPiece, MaxAge: keptFor, Storage: jetstream.FileStorage, Replicas: max(replicas, 1),
	}
}

// working returns the connection with the stream of work, and creates the stream if needed.
func (c *Client) working(ctx context.Context) (*dial, error) {
	d, err := c.connected(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	known := d.work
	c.mu.Unlock()
	if known != nil {
		return d, nil
	}
	work, err := d.js.Stream(ctx, WorkName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		work, err = d.js.CreateStream(ctx, workConfig(c.options.Replicas))
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // created concurrently by another client
			work, err = d.js.Stream(ctx, WorkName)
		}
	}
	if err != nil {
		return nil, c.told(err)
	}
	if have := work.CachedInfo().Config; have.Retention != jetstream.WorkQueuePolicy || !have.DiscardNewPerSubject || have.MaxMsgsPerSubject != 1 {
		return nil, fmt.Errorf("its stream %s was made otherwise than propctl needs it: see what is kept, in docs/coordinator.md", WorkName)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.work == nil {
		d.work, d.consumers = work, map[string]jetstream.Consumer{}
	}
	return d, nil
}

// Offer implements [coordinator.Work].
func (c *Client) Offer(ctx context.Context, at activation.Line, data []byte) error {
	if len(data) > coordinator.MaxPiece {
		return coordinator.ErrTooLarge
	}
	d, err := c.working(ctx)
	if err != nil {
		return err
	}
	_, err = d.js.Publish(ctx, workSubject+coordinator.WorkKey(at), data, jetstream.WithExpectStream(WorkName))
	if refused, ok := errors.AsType[*jetstream.APIError](err); ok && refused.ErrorCode == storeFailed && strings.Contains(refused.Description, "per subject") {
		return coordinator.ErrOffered
	}
	if err != nil {
		return c.told(err)
	}
	return nil
}

// Offered implements [coordinator.Work].
func (c *Client) Offered(ctx context.Context, at activation.Line) ([]byte, error) {
	d, err := c.working(ctx)
	if err != nil {
		return nil, err
	}
	m, err := d.work.GetLastMsgForSubject(ctx, workSubject+coordinator.WorkKey(at))
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, nil
	case err != nil:
		return nil, c.told(err)
	}
	return m.Data, nil
}

// Next implements [coordinator.Work].
func (c *Client) Next(ctx context.Context, account string) (*coordinator.Task, error) {
	for {
		m, err := c.next(ctx, account)
		switch {
		case ctx.Err() != nil:
			if m != nil {
				_ = m.Nak() // another client takes it at once
			}
			return nil, context.Cause(ctx)
		case err != nil:
			return nil, err
		case m == nil:
			continue
		}
		about, err := m.Metadata()
		if err != nil {
			return nil, c.told(err)
		}
		at := coordinator.WorkPlace(strings.TrimPrefix(m.Subject(), workSubject))
		return &coordinator.Task{Taken: taken{c, m}, At: at, Data: m.Data(), Tries: int(about.NumDelivered)}, nil //nolint:gosec // a small number
	}
}

// next waits a limited time for a message; nil if there was none.
func (c *Client) next(ctx context.Context, account string) (jetstream.Msg, error) { //nolint:ireturn // the library's
	d, err := c.working(ctx)
	if err != nil {
		return nil, err
	}
	consumer, err := c.consumer(ctx, d, coordinator.Word(account))
	if err != nil {
		return nil, err
	}
	if !d.conn.IsConnected() { // the library would leave a subscription behind
		return nil, errLost
	}
	within, cancel := context.WithTimeout(ctx, waitEach)
	defer cancel()
	m, err := consumer.Next(jetstream.FetchContext(within))
	switch {
	case err == nil:
		return m, nil
	case strings.Contains(err.Error(), "Exceeded MaxWaiting"): // others wait already, as many as the consumer lets
		_ = coordinator.Sleep(within, tooMany)
		return nil, nil //nolint:nilnil // no message
	case within.Err() != nil, errors.Is(err, nats.ErrTimeout), errors.Is(err, jetstream.ErrNoMessages),
		errors.Is(err, jetstream.ErrInvalidOption): // its time is over, and its timer has not fired yet
		return nil, c.refused(".CONSUMER.MSG.NEXT.") // else there was no message
	}
	if errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		c.mu.Lock() // it is looked for, or created, again
		delete(d.consumers, coordinator.Word(account))
		c.mu.Unlock()
	}
	return nil, c.told(err)
}

// consumer returns the consumer that all runners of an account share.
func (c *Client) consumer(ctx context.Context, d *dial, account string) (jetstream.Consumer, error) { //nolint:ireturn // the library's
	c.mu.Lock()
	known := d.consumers[account]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	name := "runners-" + account
	made, err := d.work.Consumer(ctx, name)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		made, err = d.work.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: name, FilterSubject: workSubject + account + ".>", AckPolicy: jetstream.AckExplicitPolicy,
			AckWait: coordinator.KeptFor, MaxDeliver: -1, MaxAckPending: mostTaken, MaxWaiting: mostWaiting,
		})
	}
	if err != nil {
		return nil, c.told(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	d.consumers[account] = made
	return made, nil
}

// taken is a message that was taken.
type taken struct {
	client  *Client
	message jetstream.Msg
}

// Keep implements [coordinator.Taken].
func (t taken) Keep(ctx context.Context) error { return t.send(ctx, t.message.InProgress) }

// Later implements [coordinator.Taken].
func (t taken) Later(ctx context.Context, pause time.Duration) error {
	return t.send(ctx, func() error { return t.message.NakWithDelay(pause) })
}

// Done implements [coordinator.Taken]. It waits for the server's confirmation.
func (t taken) Done(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, t.client.timeout())
	defer cancel()
	return t.send(within, func() error { return t.message.DoubleAck(within) })
}

func (t taken) send(ctx context.Context, message func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := message(); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
		return t.client.told(err)
	}
	return nil
}

// Tell implements [coordinator.Work].
func (c *Client) Tell(ctx context.Context, topic string, data []byte) error {
	if len(data) > coordinator.MaxPiece {
		return coordinator.ErrTooLarge
	}
	d, err := c.connected(ctx)
	if err != nil {
		return err
	}
	if err := d.conn.Publish(toldSubject+coordinator.Word(topic), data); err != nil {
		return c.told(err)
	}
	return nil
}

// Listen implements [coordinator.Work].
func (c *Client) Listen(ctx context.Context, topic string, heard func([]byte)) (func(), error) {
	d, err := c.connected(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.conn.Subscribe(toldSubject+coordinator.Word(topic), func(m *nats.Msg) {
		if len(m.Data) <= coordinator.MaxPiece {
			heard(m.Data)
		}
	})
	if err == nil {
		within, cancel := context.WithTimeout(ctx, c.timeout())
		defer cancel()
		err = d.conn.FlushWithContext(within) // the subscription is active from now on
	}
	if last := d.conn.LastError(); err == nil && errors.Is(last, nats.ErrPermissionViolation) && strings.Contains(last.Error(), s.Subject) {
		err = last // the server refuses a subscription without an answer
	}
	if err != nil {
		return nil, c.told(err)
	}
	return func() { _ = s.Unsubscribe() }, nil // a closed connection has no subscriptions
}
