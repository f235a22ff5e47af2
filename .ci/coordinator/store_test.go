//go:build unix

// Package coordinator_test runs what is coordinated against real NATS servers, each a process of its own.
package coordinator_test

import (
	"testing"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

// member is a client of a server.
func member(t testing.TB, o jetstream.Options) *jetstream.Client {
	t.Helper()
	c, err := jetstream.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestAStoreOnAServer(t *testing.T) {
	coordinatortest.Run(t, pacetest.RealTime, func(t *testing.T) func() coordinator.Store {
		t.Helper()
		s := serve(t, "")
		return func() coordinator.Store { return member(t, jetstream.Options{URL: s.url(), Name: t.Name()}) }
	})
}
