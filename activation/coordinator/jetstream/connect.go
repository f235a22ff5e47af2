package jetstream

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
)

// Options configures the connection.
type Options struct {
	// URL is one or more servers, separated by commas. It may contain user and password, or a token.
	URL string
	// Credentials is the content of a credentials file (.creds), or the seed of an nkey; empty for none.
	Credentials []byte
	// Roots are the certificates to trust; nil means the system's.
	Roots *x509.CertPool
	// Name is the name of the connection, shown to the server's operator.
	Name string
	// Timeout bounds connecting; 0 means 2 s.
	Timeout time.Duration
	// Replicas is the number of replicas of a bucket that has to be created; 0 means one.
	Replicas int
}

const (
	defaultTimeout = 2 * time.Second
	reconnectWait  = 500 * time.Millisecond
	maxServers     = 16
)

var errURL = errors.New("it has to name servers, such as nats://nats.example.com:4222 or tls://nats.example.com")

func (o *Options) check() error {
	servers := o.servers()
	if len(servers) == 0 || len(servers) > maxServers {
		return errURL
	}
	for _, server := range servers {
		if !slices.Contains([]string{"nats", "tls"}, server.Scheme) || server.Hostname() == "" {
			return errURL // without the URL, which may contain a secret
		}
	}
	_, err := o.login()
	return err
}

// servers parses the URL; nil if it is not valid.
func (o *Options) servers() []*url.URL {
	var all []*url.URL
	for text := range strings.SplitSeq(o.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		if err != nil {
			return nil
		}
		all = append(all, u)
	}
	return all
}

// Servers lists the servers, without secrets.
func (c *Client) Servers() string {
	var all []string
	for _, u := range c.options.servers() {
		all = append(all, u.Scheme+"://"+u.Host)
	}
	return strings.Join(all, ",")
}

// ErrCredentials reports credentials of another form than those that a server accepts.
var ErrCredentials = errors.New("it holds neither NATS credentials (.creds) nor the seed of an nkey")

// login returns the options for authentication.
func (o *Options) login() ([]nats.Option, error) {
	if len(o.Credentials) == 0 {
		return nil, nil
	}
	if bytes.Contains(o.Credentials, []byte("BEGIN NATS USER JWT")) {
		if _, err := nkeys.ParseDecoratedJWT(o.Credentials); err != nil {
			return nil, ErrCredentials
		}
		if _, err := nkeys.ParseDecoratedUserNKey(o.Credentials); err != nil {
			return nil, ErrCredentials
		}
		return []nats.Option{nats.UserCredentialBytes(o.Credentials)}, nil
	}
	pair, err := nkeys.ParseDecoratedNKey(o.Credentials)
	if err != nil {
		return nil, ErrCredentials
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, ErrCredentials
	}
	return []nats.Option{nats.Nkey(public, pair.Sign)}, nil
}

// connected returns the connection and its bucket. It returns when the context ends; connecting then continues,
// for the next caller.
func (c *Client) connected(ctx context.Context) (*dial, error) {
	if ctx.Err() != nil { // else a connection that is there would let what comes next begin
		return nil, ended(ctx)
	}
	c.mu.Lock()
	d := c.dial
	if d != nil && d.failed() {
		d = nil
	}
	if d == nil {
		d = &dial{done: make(chan struct{})}
		c.dial = d
		go func() {
			defer close(d.done)
			c.open(d)
		}()
	}
	c.mu.Unlock()
	select {
	case <-d.done:
		return d, d.err
	case <-ctx.Done():
		return nil, ended(ctx)
	}
}

// failed reports whether there is no connection, and nobody tries to make one.
func (d *dial) failed() bool {
	select {
	case <-d.done:
		return d.err != nil || d.conn.IsClosed()
	default:
		return false
	}
}

// open connects, and finds or creates the bucket.
func (c *Client) open(d *dial) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	options, err := c.natsOptions(cancel)
	if err != nil {
		d.err = err
		return
	}
	conn, err := nats.Connect(c.options.URL, options...)
	if err != nil {
		d.err = unreachable(err)
		return
	}
	if d.err = tooOld(conn.ConnectedServerVersion()); d.err != nil {
		conn.Close()
		return
	}
	ctx, stop := context.WithTimeout(ctx, c.timeout())
	defer stop()
	if d.js, err = jetstream.New(conn); err == nil {
		d.kv, err = d.js.KeyValue(ctx, BucketName)
	}
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		d.made = true
		d.kv, err = d.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: BucketName, Description: description, History: 1, TTL: keptFor, Replicas: max(c.options.Replicas, 1),
		})
		if errors.Is(err, jetstream.ErrBucketExists) { // created concurrently by another client
			d.kv, err = d.js.KeyValue(ctx, BucketName)
		}
	}
	if err != nil {
		conn.Close()
		d.err = c.told(err)
		if d.made {
			d.err = fmt.Errorf("there is no bucket %s, and it cannot be created: %w", BucketName, d.err)
		}
		return
	}
	d.conn = conn
}

func (c *Client) timeout() time.Duration { return cmp.Or(c.options.Timeout, defaultTimeout) }

// natsOptions are the options of the connection. Nothing is buffered while it is lost: a write that is sent
// late could conflict with a newer one. refused is called when the server has refused something: it does not answer
// that, so who waits for an answer would wait in vain.
func (c *Client) natsOptions(refused context.CancelCauseFunc) ([]nats.Option, error) {
	options, err := c.options.login()
	if err != nil {
		return nil, err
	}
	return append(options,
		nats.Name(c.options.Name), nats.Timeout(c.timeout()), nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait),
		nats.ReconnectBufSize(-1), nats.IgnoreAuthErrorAbort(), // what a server refuses today may be allowed later
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			if errors.Is(err, nats.ErrPermissionViolation) || errors.Is(err, nats.ErrAuthorization) {
				c.denied = err
				refused(err)
			}
		}),
		func(o *nats.Options) error {
			o.TLSConfig = &tls.Config{RootCAs: c.options.Roots, MinVersion: tls.VersionTLS12}
			return nil
		},
	), nil
}
