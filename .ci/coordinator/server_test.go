//go:build unix

package coordinator_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi/pace"
)

// use does all that a command does.
func use(t *testing.T, s coordinator.Store) error {
	t.Helper()
	_, err1 := coordinator.Examine(t.Context(), s)
	_, err2 := (&coordinator.Buckets{Store: s}).Take(t.Context(), "act_1-ABC", "one", 1, pace.Told{})
	turn, err3 := (&coordinator.Turns{Store: s}).Take(t.Context(), activation.Line{Asset: "prp_1001", Network: "STAGING"}, func(a activation.Ahead) error { return a.Err })
	if err3 == nil {
		turn.Leave()
	}
	return errors.Join(err1, err2, err3)
}

// TestTheRightsOfTheDocumentationAreEnough takes them from the page.
func TestTheRightsOfTheDocumentationAreEnough(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/coordinator.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```text\n(authorization \\{.*?\n)```").FindSubmatch(page)
	if found == nil {
		t.Fatal("the page has no permission file")
	}
	text := strings.Replace(string(found[1]), "$PROPCTL_PASSWORD", "secret", 1)
	s := serve(t, strings.Replace(text, "users = [", "users = [\n    {user: admin, password: admin}", 1))
	at := func(user string) string { return "nats://" + user + "@" + s.address }
	if err := use(t, member(t, jetstream.Options{URL: at("propctl:secret")})); err == nil {
		t.Error("the bucket was made by who may not")
	}
	if err := use(t, member(t, jetstream.Options{URL: at("admin:admin")})); err != nil {
		t.Fatal(err)
	}
	if err := use(t, member(t, jetstream.Options{URL: at("propctl:secret")})); err != nil {
		t.Errorf("with the rights of the page: %v", err)
	}
	err = use(t, member(t, jetstream.Options{URL: at("propctl:wrong")}))
	if _, gone := errors.AsType[*coordinator.GoneError](err); !gone || strings.Contains(err.Error(), "wrong") || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("with a wrong password: %v", err)
	}
}

// TestAServerThatIsGoneIsSaidSoAtOnce has one that is stopped, comes back, and loses its bucket.
func TestAServerThatIsGoneIsSaidSoAtOnce(t *testing.T) {
	s := serve(t, "")
	c := member(t, jetstream.Options{URL: s.url()})
	if err := use(t, c); err != nil {
		t.Fatal(err)
	}
	s.end(syscall.SIGTERM)
	begun := time.Now()
	patient, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	if _, err := c.Get(patient, "check"); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	begun = time.Now()
	if _, err := c.Get(ctx, "check"); err == nil || time.Since(begun) > time.Second {
		t.Errorf("with a context that ends, after %s: %v", time.Since(begun), err)
	}
	s.start()
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		entry, err := c.Get(t.Context(), "check")
		if err == nil && entry.Revision > 0 {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("it is not back: %+v, %v", entry, err)
		}
	}
	conn, err := nats.Connect(s.url())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Request("$JS.API.STREAM.DELETE.KV_"+jetstream.BucketName, nil, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if entry, err := c.Get(t.Context(), "check"); err == nil {
		t.Errorf("a bucket that has gone is an empty one: %+v", entry)
	}
}
