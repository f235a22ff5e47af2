package papi_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/simulator"
)

// told collects what a client tells of delays.
type told []papi.Delay

func (d *told) options() papi.Options {
	return papi.Options{ObserveDelay: func(delay papi.Delay) { *d = append(*d, delay) }}
}

const listPath = "/papi/v1/properties/prp_1001/activations"

func TestADelayThatPAPIHasAskedForIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got told
		sim := simulator.New(simulator.Options{})
		client := newClient(t, sim, got.options())
		inject(t, sim, "list=paced@2")
		begun := time.Now()
		ask(t, 1, client)
		want := told{{Method: http.MethodGet, Path: listPath, Until: begun.Add(30 * time.Second), Refused: true}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("delays (-want +got):\n%s", diff)
		}
	})
}

func TestARefusalOfOneIsADelayOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got told
		account := &papi.Account{}
		sim := simulator.New(simulator.Options{})
		o := got.options()
		o.Account = account
		other := newClient(t, sim, o)
		inject(t, sim, "submit=paced")
		if _, err := newClient(t, sim, papi.Options{Account: account}).CreateActivation(t.Context(), www(), submission()); err == nil {
			t.Fatal("it was not refused")
		}
		begun := time.Now()
		ask(t, 1, other)
		if len(got) != 1 || !got[0].Refused || !got[0].Until.Equal(begun.Add(30*time.Second)) || time.Since(begun) != 30*time.Second {
			t.Errorf("after %s: %+v", time.Since(begun), got)
		}
	})
}

func TestShortDelaysAreToldWhenTheyAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got told
		sim := simulator.New(simulator.Options{RequestBurst: 20})
		client := newClient(t, sim, got.options())
		begun := time.Now()
		for range 40 {
			ask(t, 1, client)
		}
		if len(got) != 1 || got[0].Refused || got[0].Path != listPath {
			t.Fatalf("%+v", got)
		}
		if after := got[0].Until.Sub(begun); after < 5*time.Second || after > 8*time.Second {
			t.Errorf("told when requests would have waited for %s", after)
		}
	})
}

func TestADelaySaysHowManyAreBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got told
		o := got.options()
		o.Account = &papi.Account{Pace: pace.NewLocal(0)}
		for range 4 + 20 { // four go before PAPI has answered
			if _, _, err := o.Account.Pace.Take(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		begun := time.Now()
		ask(t, 1, newClient(t, simulator.New(simulator.Options{}), o))
		want := told{{Method: http.MethodGet, Path: listPath, Until: begun.Add(14 * time.Second), Ahead: 20}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("delays (-want +got):\n%s", diff)
		}
	})
}

func TestNoDelayIsToldOfWhereThereIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got told
		sim := simulator.New(simulator.Options{})
		client := newClient(t, sim, got.options())
		inject(t, sim, "list=500@3")
		ask(t, 200, client)
		if len(got) > 0 {
			t.Errorf("%+v", got)
		}
	})
}
