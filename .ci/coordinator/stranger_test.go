//go:build unix

package coordinator_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
)

// stranger is somebody who may write whatever they like at the coordinator.
type stranger struct {
	t    *testing.T
	conn *nats.Conn
	js   natsjs.JetStream
	kv   natsjs.KeyValue
}

// newStranger comes when the bucket is there.
func newStranger(t *testing.T, at string) *stranger {
	t.Helper()
	s := &stranger{t: t}
	var err error
	if s.conn, err = nats.Connect(at); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.conn.Close)
	if s.js, err = natsjs.New(s.conn); err != nil {
		t.Fatal(err)
	}
	if s.kv, err = s.js.KeyValue(t.Context(), "propctl"); err != nil {
		t.Fatal(err)
	}
	return s
}

// job is how a rollout stands at the coordinator.
func (s *stranger) job(key string) map[string]any {
	s.t.Helper()
	var j map[string]any
	if err := json.Unmarshal(s.read(key), &j); err != nil {
		s.t.Fatal(err)
	}
	return j
}

func (s *stranger) read(key string) []byte {
	s.t.Helper()
	e, err := s.kv.Get(s.t.Context(), key)
	if err != nil {
		s.t.Fatalf("%s: %v", key, err)
	}
	return e.Value()
}

func (s *stranger) write(key string, value []byte) {
	s.t.Helper()
	if _, err := s.kv.Put(s.t.Context(), key, value); err != nil {
		s.t.Fatalf("%s: %v", key, err)
	}
}

// writeJob writes a job that is another one's but for some members.
func (s *stranger) writeJob(key string, like map[string]any, members map[string]any) {
	s.t.Helper()
	j := maps.Clone(like)
	maps.Copy(j, members)
	s.write(key, asJSON(s.t, j))
}

// work offers a piece of work.
func (s *stranger) work(place string, data []byte) error {
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	_, err := s.js.Publish(ctx, "propctl.work."+place, data)
	return err
}

// works offers pieces that the server takes.
func (s *stranger) works(pieces map[string]string) {
	s.t.Helper()
	for place, data := range pieces {
		if err := s.work(place, []byte(data)); err != nil {
			s.t.Fatalf("%s: %v", place, err)
		}
	}
}

// tell says something to who leads.
func (s *stranger) tell(data []byte) {
	s.t.Helper()
	if err := s.conn.Publish("propctl.told."+hisTopic, data); err != nil {
		s.t.Fatal(err)
	}
}

// left are the pieces of work that nobody has taken away.
func (s *stranger) left() string {
	s.t.Helper()
	stream, err := s.js.Stream(s.t.Context(), "propctl-work")
	if err != nil {
		s.t.Fatal(err)
	}
	info, err := stream.Info(s.t.Context(), natsjs.WithSubjectFilter(">"))
	if err != nil {
		s.t.Fatal(err)
	}
	var all []string
	for subject := range info.State.Subjects {
		all = append(all, subject)
	}
	return strings.Join(all, " ")
}

// planOf is the plan of a job, as it is kept in one piece.
func (s *stranger) planOf(job map[string]any) []byte {
	s.t.Helper()
	sum, _ := job["plan"].(string)
	return unpack(s.t, s.read("plan."+sum+".0"))
}

// keepPlan keeps a plan under its own digest, or under another one.
func (s *stranger) keepPlan(plan []byte, under string) (sum string) {
	s.t.Helper()
	if under == "" {
		digest := sha256.Sum256(plan)
		under = hex.EncodeToString(digest[:])
	}
	var b bytes.Buffer
	b.Write([]byte{0, 1}) // pieces
	w := gzip.NewWriter(&b)
	if _, err := w.Write(plan); err != nil {
		s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.write("plan."+under+".0", b.Bytes())
	return under
}

func unpack(t *testing.T, piece []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(piece[2:]))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
