//go:build unix

// Package coordinator_test runs what is coordinated against real NATS servers, in this
// process and as processes of their own.
package coordinator_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

// serve starts a server with JetStream in this process, and returns it. Options may be changed by with.
func serve(t testing.TB, with func(*server.Options)) *server.Server {
	t.Helper()
	o := &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true,
	}
	if with != nil {
		with(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s
}

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
		s := serve(t, nil)
		return func() coordinator.Store { return member(t, jetstream.Options{URL: s.ClientURL(), Name: t.Name()}) }
	})
}
