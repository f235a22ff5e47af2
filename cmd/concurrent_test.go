package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// The events of many properties may come at once: the journal keeps each with its
// property, and every sink of a run takes them.
func TestJournalAndSinksTakeEventsOfManyPropertiesAtOnce(t *testing.T) {
	const properties, looks = 100, 20
	var stdout, stderr bytes.Buffer
	p := newProgram(Env{Stdout: &stdout, Stderr: &stderr})
	root := p.root()
	c, _, err := root.Find([]string{"activate"})
	if err != nil {
		t.Fatal(err)
	}
	if err := root.PersistentFlags().Set("output", "ndjson"); err != nil {
		t.Fatal(err)
	}
	if err := root.PersistentFlags().Set("verbose", "true"); err != nil {
		t.Fatal(err)
	}
	p.observe(c, nil, "activate", time.Now())
	defer p.progress.Close()
	s := &session{program: p, names: map[papi.ID]string{}, speed: 1}

	var all sync.WaitGroup
	for i := range properties {
		all.Go(func() {
			id := papi.ID(fmt.Sprintf("prp_%d", i))
			s.called(property{ref: result.AssetRef{ID: id}, name: fmt.Sprintf("site-%d.example.com", i)})
			for n := range looks {
				a := &papi.Activation{ActivationID: papi.ID(fmt.Sprintf("atv_%d", i)), PropertyVersion: n + 1, Status: papi.StatusPending}
				s.attempted(papi.Attempt{Method: "GET", Path: "/papi/v1/" + string(id), Sent: true, StatusCode: 200})
				s.happened(activation.Event{
					Kind: activation.EventChanged, Property: papi.PropertyRef{PropertyID: id},
					Network: papi.Staging, Version: n + 1, Activation: a,
				})
				a.Status = papi.StatusActive // the engine goes on with its own
			}
		})
	}
	all.Wait()

	entries, requests, omitted := p.record.Snapshot()
	if len(entries) != properties*looks || len(requests) != properties*looks || omitted != 0 {
		t.Fatalf("%d entries, %d requests, %d omitted; want %d of each", len(entries), len(requests), omitted, properties*looks)
	}
	last := map[papi.ID]int{}
	for _, e := range entries {
		id := e.Property.PropertyID
		if want := "site-" + strings.TrimPrefix(string(id), "prp_") + ".example.com"; e.Subject != want || e.Activation.Status != papi.StatusPending {
			t.Fatalf("the event of %s is told of %s, with status %s", id, e.Subject, e.Activation.Status)
		}
		if e.Version != last[id]+1 {
			t.Errorf("%s: version %d came after %d", id, e.Version, last[id])
		}
		last[id] = e.Version
	}
	if lines := strings.Count(stdout.String(), "\n"); lines != properties*looks+1 { // and the header
		t.Errorf("%d lines of ndjson, want %d", lines, properties*looks+1)
	}
	if lines := strings.Count(stderr.String(), "\n"); lines != properties*looks {
		t.Errorf("%d lines of progress, want %d", lines, properties*looks)
	}
	for _, sink := range p.sinks {
		if err := sink.Concluded(t.Context(), (&result.Report{}).Document("activate"), p.record); err != nil {
			t.Error(err)
		}
	}
}
