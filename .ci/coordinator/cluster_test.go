//go:build unix

package coordinator_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/propctl/propctl/papi/simulator"
)

// cluster is three servers that are processes.
type cluster struct {
	t       *testing.T
	servers []*natsServer
	js      natsjs.JetStream
}

// newCluster starts servers, and makes the bucket as an operator does, with three replicas.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	const size = 3
	var routes []string
	for range size {
		routes = append(routes, freeAddress(t))
	}
	c := &cluster{t: t}
	for i, own := range routes {
		c.servers = append(c.servers, serve(t, fmt.Sprintf("server_name: nats-%d\ncluster { name: propctl, listen: %q, routes: [nats://%s] }",
			i, own, strings.Join(routes, ", nats://"))))
	}
	conn, err := nats.Connect(c.urls(), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if c.js, err = natsjs.New(conn); err != nil {
		t.Fatal(err)
	}
	until(t, "the cluster has made the bucket", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = c.js.CreateKeyValue(ctx, natsjs.KeyValueConfig{Bucket: "propctl", History: 1, TTL: 168 * time.Hour, Replicas: size})
		return err == nil
	})
	return c
}

func (c *cluster) urls() string {
	var all []string
	for _, s := range c.servers {
		all = append(all, s.url())
	}
	return strings.Join(all, ",")
}

// leader is the server that leads the bucket.
func (c *cluster) leader() *natsServer {
	c.t.Helper()
	stream, err := c.js.Stream(c.t.Context(), "KV_propctl")
	if err != nil {
		c.t.Fatal(err)
	}
	info := stream.CachedInfo()
	for i, s := range c.servers {
		if info.Cluster != nil && info.Cluster.Leader == fmt.Sprintf("nats-%d", i) {
			return s
		}
	}
	c.t.Fatalf("nobody leads: %+v", info.Cluster)
	return nil
}

// freeAddress is one that nobody listens at for the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// TestAClusterThatLosesItsLeader has two carry out one plan at once meanwhile.
func TestAClusterThatLosesItsLeader(t *testing.T) {
	if !*long {
		t.Skip("it takes minutes; -long runs it")
	}
	t.Parallel()
	const properties = 40
	a := newAccount(t, simulator.Options{Properties: quick(properties), RefuseNothing: true})
	plan := a.plan(manifestOf(chaos{properties: properties, waves: "waves: [{name: one, take: 10}, {name: two, take: 10}, {name: three, take: 10}, {name: four, take: rest}]"}))
	a.hold(func(request) { time.Sleep(500 * time.Millisecond) })
	c := newCluster(t)
	env := []string{"PROPCTL_COORDINATOR=" + c.urls()}
	var both []*run
	for i := range 2 {
		both = append(both, a.start(fmt.Sprintf("machine-%d", i), env, "rollout", "apply", plan, "--yes"))
	}
	defer func() {
		if t.Failed() {
			t.Logf("%d were submitted\n%s\n%s", len(a.accepted()), &both[0].stderr, &both[1].stderr)
		}
	}()
	for _, share := range []int{properties / 4, properties, properties * 3 / 2} {
		until(t, fmt.Sprintf("%d items were submitted", share), func() bool { return len(a.accepted()) >= share })
		dead := c.leader()
		dead.end(syscall.SIGKILL)
		time.Sleep(3 * time.Second)
		dead.start()
	}
	for _, r := range both {
		if outcome, code, exit := r.result(t); outcome != "rolled-out" || exit != 0 {
			t.Errorf("%s, %s, exit code %d\n%s", outcome, code, exit, &r.stderr)
		}
	}
	a.allOnce(properties)
	by := map[string]int{}
	for _, q := range a.accepted() {
		by[q.machine]++
	}
	t.Logf("submitted: %v", by)
}
