package jetstream

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/propctl/propctl/activation/coordinator"
)

var (
	errSilent = errors.New("the server does not answer")
	errLost   = errors.New("the connection is lost")
	errOff    = errors.New("the server has no JetStream, or the account of this user has none")
)

// ended says why a context has ended.
func ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.DeadlineExceeded) {
		return errSilent
	}
	return cause
}

// unreachable says why there is no connection, without the URL.
func unreachable(err error) error {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	late, _ := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		return errors.New("the server does not accept the credentials")
	case errors.Is(err, nats.ErrNoServers):
		return errors.New("no server can be reached")
	case errors.Is(err, nats.ErrSecureConnWanted):
		return errors.New("the URL asks for TLS, which the server does not offer")
	case unknown:
		return fmt.Errorf("%w; --ca-file names a certificate to trust", err)
	case strings.HasPrefix(err.Error(), "remote error: tls:"):
		return fmt.Errorf("%w; if the server asks for certificates of its clients: propctl has none", err)
	case late != nil && late.Timeout():
		return errSilent
	}
	return err
}

// tooOld reports a server that lacks what propctl needs. An unusual version is believed to be a newer one.
func tooOld(version string) error {
	const major, minor = 2, 9
	var have [2]int
	if n, _ := fmt.Sscanf(version, "%d.%d", &have[0], &have[1]); n < len(have) || have[0] > major || have[0] == major && have[1] >= minor {
		return nil
	}
	return fmt.Errorf("the server is NATS %s, and propctl needs %d.%d or later", version, major, minor)
}

// told converts an error of NATS to one that says what to do about it.
func (c *Client) told(err error) error {
	c.mu.Lock()
	denied := c.denied
	c.denied = nil
	c.mu.Unlock()
	refused, _ := errors.AsType[*jetstream.APIError](err)
	switch {
	case denied != nil:
		return notAllowed(denied)
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrPermissionViolation):
		return notAllowed(err)
	case errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, jetstream.ErrBucketNotFound):
		return fmt.Errorf("its bucket %s has gone", BucketName)
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrNoStreamResponse):
		return errors.New("nobody keeps its bucket; JetStream is off, or the bucket has gone")
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return errOff
	case refused != nil:
		return fmt.Errorf("the server says: %s (%d)", refused.Description, refused.ErrorCode)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return errSilent
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrDisconnected):
		return errLost
	}
	return err
}

// refused returns what the server has refused last, if that was about a subject with this part.
func (c *Client) refused(part string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.denied == nil || !strings.Contains(c.denied.Error(), part) {
		return nil
	}
	defer func() { c.denied = nil }()
	return notAllowed(c.denied)
}

// notAllowed names the right that is missing.
func notAllowed(err error) error {
	if _, right, found := strings.Cut(err.Error(), "Permissions Violation for "); found {
		return fmt.Errorf("%w: %s; docs/coordinator.md lists the rights", coordinator.ErrNotAllowed, right)
	}
	return fmt.Errorf("%w: %w", coordinator.ErrNotAllowed, err)
}
