// Package rollout makes the checks of a rollout: requests to what was activated, and
// commands.
package rollout

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// API is the part of PAPI that a checker needs. [papi.Client] implements it.
type API interface {
	VersionHostnames(ctx context.Context, ref papi.PropertyRef, version int) (*papi.HostnameList, error)
}

// Checker makes checks. Its members are not changed once it is in use.
type Checker struct {
	API API
	// Dial connects; nil means the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Transport carries the requests; nil means connections of the checker's own.
	Transport http.RoundTripper
	// Roots are the certificates that are trusted; nil means the system's.
	Roots *x509.CertPool
	// Environ is what commands get, without this program's own variables.
	Environ []string
	// UserAgent is sent with each request.
	UserAgent string

	mu        sync.Mutex
	hostnames map[string][]hostname // by property and version
}

// hostname is a name that a property serves, and the edge hostname that it leads to.
type hostname struct{ name, edge string }

// Check implements [rollout.Checker].
func (c *Checker) Check(ctx context.Context, check rollout.Check, item rollout.Item) rollout.Finding {
	if len(check.Command) > 0 {
		return c.run(ctx, check, item)
	}
	names, err := c.names(ctx, item)
	if err != nil {
		return undecided("its hostnames cannot be read: %v", err)
	}
	if len(names) == 0 {
		return undecided("version %d has no hostnames", item.Version)
	}
	if check.First {
		names = names[:1]
	}
	for _, name := range names {
		if finding := c.request(ctx, check, item, name, names); finding.Verdict != rollout.Held {
			finding.Detail = name.name + ": " + finding.Detail
			return finding
		}
	}
	return rollout.Finding{Verdict: rollout.Held}
}

// names returns the hostnames of an item, which are read once.
func (c *Checker) names(ctx context.Context, item rollout.Item) ([]hostname, error) {
	key := fmt.Sprintf("%s@%d", item.PropertyID.Bare(), item.Version)
	c.mu.Lock()
	all, ok := c.hostnames[key]
	c.mu.Unlock()
	if ok {
		return all, nil
	}
	list, err := c.API.VersionHostnames(ctx, item.Ref(), item.Version)
	if err != nil {
		return nil, err
	}
	for _, h := range list.Items {
		if !strings.HasPrefix(h.CNAMEFrom, "*.") { // nobody can ask for all of them
			all = append(all, hostname{h.CNAMEFrom, h.CNAMETo})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hostnames == nil {
		c.hostnames = map[string][]hostname{}
	}
	c.hostnames[key] = all
	return all, nil
}

func undecided(format string, args ...any) rollout.Finding {
	return rollout.Finding{Verdict: rollout.NotDecided, Detail: plain(fmt.Sprintf(format, args...))}
}

func failed(format string, args ...any) rollout.Finding {
	return rollout.Finding{Verdict: rollout.NotHeld, Detail: plain(fmt.Sprintf(format, args...))}
}

// stopped says whether an error is that time was up, which decides nothing.
func stopped(ctx context.Context, err error) bool {
	var timeout net.Error
	return ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout()
}
