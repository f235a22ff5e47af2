//go:build unix

package coordinator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

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

// employ does all that runners and the lead of a rollout do.
func employ(t *testing.T, c *jetstream.Client) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	at, heard := activation.Line{Account: "1-ABC", Asset: "prp_1001", Network: "STAGING"}, make(chan []byte, 1)
	stop, err := c.Listen(ctx, "one", func(told []byte) { heard <- told })
	if err != nil {
		return err
	}
	defer stop()
	err = errors.Join(c.Offer(ctx, at, []byte("item")), c.Tell(ctx, "one", []byte("told")))
	if err != nil {
		return err
	}
	if data, err := c.Offered(ctx, at); err != nil || string(data) != "item" {
		return fmt.Errorf("offered is %q: %w", data, err)
	}
	task, err := c.Next(ctx, "1-ABC")
	if err != nil {
		return err
	}
	select {
	case <-heard:
	case <-ctx.Done():
		return errors.New("nothing was heard")
	}
	return errors.Join(task.Keep(ctx), task.Done(ctx))
}

// rightsOfTheDocumentation returns the configuration of a server as the page prints it, with another user who may do
// everything.
func rightsOfTheDocumentation(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/coordinator.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```text\n(authorization \\{.*?\n)```").FindSubmatch(page)
	if found == nil {
		t.Fatal("the page has no permission file")
	}
	text := strings.Replace(string(found[1]), "$PROPCTL_PASSWORD", "secret", 1)
	return strings.Replace(text, "users = [", "users = [\n    {user: admin, password: admin}", 1)
}

// TestTheRightsOfTheDocumentationAreEnough takes them from the page.
func TestTheRightsOfTheDocumentationAreEnough(t *testing.T) {
	t.Parallel()
	s := serve(t, rightsOfTheDocumentation(t))
	at := func(user string) string { return "nats://" + user + "@" + s.address }
	err := use(t, member(t, jetstream.Options{URL: at("propctl:secret")}))
	if err == nil || !errors.Is(err, coordinator.ErrNotAllowed) || !strings.Contains(err.Error(), "cannot be created") || !strings.Contains(err.Error(), "docs/coordinator.md") {
		t.Errorf("the bucket was made by who may not, or it is not said which right is missing: %v", err)
	}
	for _, user := range []string{"admin:admin", "propctl:secret"} {
		c := member(t, jetstream.Options{URL: at(user)})
		if err := errors.Join(use(t, c), employ(t, c)); err != nil {
			t.Errorf("with the rights of %s: %v", user, err)
		}
	}
	err = use(t, member(t, jetstream.Options{URL: at("propctl:wrong")}))
	if _, gone := errors.AsType[*coordinator.GoneError](err); !gone || strings.Contains(err.Error(), "wrong") || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("with a wrong password: %v", err)
	}
}

// TestTheRightsOfTheDocumentationAreEnoughForAnOperatorsStreams has streams that are made as the command nats makes
// them by default: what they hold can be read directly.
func TestTheRightsOfTheDocumentationAreEnoughForAnOperatorsStreams(t *testing.T) {
	t.Parallel()
	s := serve(t, rightsOfTheDocumentation(t))
	conn, err := nats.Connect("nats://admin:admin@" + s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := natsjs.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateKeyValue(t.Context(), natsjs.KeyValueConfig{Bucket: jetstream.BucketName, History: 1, TTL: 168 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), natsjs.StreamConfig{
		Name: jetstream.WorkName, Subjects: []string{"propctl.work.>"}, Retention: natsjs.WorkQueuePolicy, Discard: natsjs.DiscardNew,
		DiscardNewPerSubject: true, MaxMsgsPerSubject: 1, MaxMsgSize: 4096, MaxAge: 168 * time.Hour, AllowDirect: true,
	}); err != nil {
		t.Fatal(err)
	}
	c := member(t, jetstream.Options{URL: "nats://propctl:secret@" + s.address})
	if err := errors.Join(use(t, c), employ(t, c)); err != nil {
		t.Error(err)
	}
}

// TestWithoutTheRightToWriteNothingIsReleased has the program say what it could not do, and which right it needs.
func TestWithoutTheRightToWriteNothingIsReleased(t *testing.T) {
	t.Parallel()
	site := simulate(t, "60")
	s := serve(t, strings.Replace(rightsOfTheDocumentation(t), `"$KV.propctl.>"`, "", 1))
	admin := []string{"PROPCTL_COORDINATOR=nats://admin:admin@" + s.address}
	holder := site.start("one", admin, "activate", "slow.example.com", "--notify", "you@example.com", "--yes")
	until(t, "somebody has the turn", func() bool { return len(lines(t, "nats://admin:admin@"+s.address)) > 0 })
	c := exec.CommandContext(t.Context(), *program, "coordinator", "release", "slow.example.com", "-n", "staging")
	c.Env = append(slices.Clone(holder.Env), "PROPCTL_COORDINATOR=nats://propctl:secret@"+s.address)
	out, err := c.CombinedOutput()
	all := string(out)
	if err == nil || strings.Contains(all, "released") || !strings.Contains(all, "$KV.propctl.turn.") || !strings.Contains(all, "docs/coordinator.md") {
		t.Errorf("%v: %s", err, all)
	}
	if strings.Contains(all, "deadline") {
		t.Errorf("the reason of the warning is not said: %s", all)
	}
	t.Log(all)
	_ = holder.Process.Signal(syscall.SIGINT)
	holder.result(t)
}

// TestAServerThatIsTooOldIsNotUsed has one that says so, and knows nothing else.
func TestAServerThatIsTooOldIsNotUsed(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, `INFO {"version": "2.8.4", "max_payload": 1048576, "headers": true}`+"\r\n")
		in := bufio.NewScanner(conn)
		for in.Scan() {
			if in.Text() == "PING" {
				_, _ = io.WriteString(conn, "PONG\r\n")
			}
		}
	}()
	if err := use(t, member(t, jetstream.Options{URL: "nats://" + l.Addr().String()})); err == nil || !strings.Contains(err.Error(), "NATS 2.8.4, and propctl needs 2.9") {
		t.Errorf("%v", err)
	}
}

// TestWithoutTheRightToTakeWorkNobodyWaitsInVain names the right.
func TestWithoutTheRightToTakeWorkNobodyWaitsInVain(t *testing.T) {
	t.Parallel()
	s := serve(t, strings.Replace(rightsOfTheDocumentation(t), `"$JS.API.CONSUMER.MSG.NEXT.propctl-work.>"`, "", 1))
	admin := member(t, jetstream.Options{URL: "nats://admin:admin@" + s.address})
	if err := errors.Join(use(t, admin), employ(t, admin)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := member(t, jetstream.Options{URL: "nats://propctl:secret@" + s.address}).Next(ctx, "1-ABC")
	if !errors.Is(err, coordinator.ErrNotAllowed) || !strings.Contains(err.Error(), ".MSG.NEXT.") {
		t.Errorf("%v", err)
	}
}

// TestWithoutTheRightToListenNobodyWaitsInVain names the right.
func TestWithoutTheRightToListenNobodyWaitsInVain(t *testing.T) {
	t.Parallel()
	s := serve(t, strings.Replace(rightsOfTheDocumentation(t), `allow: ["_INBOX.>", "propctl.told.>"]`, `allow: ["_INBOX.>"]`, 1))
	if err := use(t, member(t, jetstream.Options{URL: "nats://admin:admin@" + s.address})); err != nil {
		t.Fatal(err)
	}
	_, err := member(t, jetstream.Options{URL: "nats://propctl:secret@" + s.address}).Listen(t.Context(), "one", func([]byte) {})
	if !errors.Is(err, coordinator.ErrNotAllowed) || !strings.Contains(err.Error(), "propctl.told.one") {
		t.Errorf("%v", err)
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
