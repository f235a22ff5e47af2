package papi_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

const bucketEdge = "bucket.example.com.edgekey.net"

func bucketRef() papi.PropertyRef {
	return papi.PropertyRef{PropertyID: "prp_1010", ContractID: "ctr_C-SIM1", GroupID: "grp_10001"}
}

func served(t *testing.T, client *papi.Client, network papi.Network) []string {
	t.Helper()
	list, err := client.PropertyHostnames(t.Context(), bucketRef(), network)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range list.Items {
		names = append(names, h.CNAMEFrom)
	}
	return names
}

func TestABucketIsChangedWithoutAVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{Pace: simulator.Fixed(time.Minute, 7*time.Minute)})
		client := newClient(t, sim, papi.Options{})
		property, err := client.Property(t.Context(), bucketRef())
		if err != nil || property.Property.PropertyType != papi.PropertyTypeBucket {
			t.Fatalf("%+v: %v", property, err)
		}
		created, err := client.PatchBucket(t.Context(), bucketRef(), papi.BucketChange{
			Network: papi.Production, Note: "a note", NotifyEmails: []string{"you@example.com"}, Remove: []string{"one.bucket.example.com"},
			Add: []papi.HostnameToAdd{{CNAMEFrom: "new.example.com", EdgeHostnameID: papi.ID(sim.EdgeHostnameID(bucketEdge)), CertProvisioningType: papi.CertDefault}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if created.ContractID != "ctr_C-SIM1" || created.GroupID != "grp_10001" || len(created.Hostnames) != 2 || created.Hostnames[0].CNAMETo != bucketEdge ||
			created.Hostnames[1].Action != "REMOVE" || *created.Remaining != 999 || *created.DefaultCerts.Remaining != 99 {
			t.Errorf("created %+v", created)
		}
		pending, err := client.HostnameActivation(t.Context(), bucketRef(), created.ActivationID)
		if err != nil || pending.RetryAfter != 10*time.Minute || len(pending.Activation.Hostnames) != 1 {
			t.Fatalf("%+v: %v", pending, err)
		}
		want := papi.Activation{
			ActivationID: created.ActivationID, ActivationType: papi.Activate, PropertyID: "prp_1010", PropertyName: "bucket.example.com",
			Network: papi.Production, Status: papi.StatusPending, Note: "a note", NotifyEmails: []string{"you@example.com"},
			SubmitDate: time.Now().UTC(), UpdateDate: time.Now().UTC(),
		}
		if diff := cmp.Diff(want, pending.Activation.Activation()); diff != "" {
			t.Errorf("as an activation (-want +got):\n%s", diff)
		}
		if got := served(t, client, papi.Production); !slices.Equal(got, []string{"one.bucket.example.com"}) {
			t.Errorf("before: %v", got)
		}
		time.Sleep(7 * time.Minute)
		if got := served(t, client, papi.Production); !slices.Equal(got, []string{"new.example.com"}) {
			t.Errorf("after: %v", got)
		}
		if got := served(t, client, papi.Staging); len(got) != 3 {
			t.Errorf("the other network: %v", got)
		}
	})
}

func TestABucketIsBusyWhileAnythingRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute)})
		client := newClient(t, sim, papi.Options{})
		change := papi.BucketChange{Network: papi.Staging, Remove: []string{"one.bucket.example.com"}, NotifyEmails: []string{"you@example.com"}}
		version := papi.ActivationRequest{PropertyVersion: 1, Network: papi.Staging, ActivationType: papi.Deactivate, NotifyEmails: change.NotifyEmails}
		created, err := client.PatchBucket(t.Context(), bucketRef(), change)
		if err != nil {
			t.Fatal(err)
		}
		change.Network = papi.Production
		if _, err := client.PatchBucket(t.Context(), bucketRef(), change); !errors.Is(err, papi.ClassBusy) {
			t.Errorf("another change, on the other network: %v", err)
		}
		if _, err := client.CreateActivation(t.Context(), bucketRef(), version); !errors.Is(err, papi.ClassBusy) {
			t.Errorf("a version, on the same network: %v", err)
		}
		cancelled, err := client.CancelHostnameActivation(t.Context(), bucketRef(), created.ActivationID)
		if err != nil || cancelled.Activation.Status != papi.StatusAborted || !cancelled.Activation.ActivationID.Equal(created.ActivationID) {
			t.Fatalf("%+v: %v", cancelled, err)
		}
		if _, err := client.CreateActivation(t.Context(), bucketRef(), version); err != nil {
			t.Errorf("a version, after the cancellation: %v", err)
		}
		if _, err := client.PatchBucket(t.Context(), bucketRef(), change); !errors.Is(err, papi.ClassBusy) {
			t.Errorf("a change while a version is on its way: %v", err)
		}
		time.Sleep(time.Minute)
		if got := served(t, client, papi.Staging); len(got) != 3 {
			t.Errorf("the cancelled change had an effect: %v", got)
		}
	})
}

func TestAChangeOfABucketCanBeCancelledUntilItIsOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
		created, err := client.PatchBucket(t.Context(), bucketRef(), papi.BucketChange{Network: papi.Staging, Remove: []string{"one.bucket.example.com"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, wait := range []time.Duration{30 * time.Second, 10 * time.Minute} {
			time.Sleep(wait)
			if _, err := client.CancelHostnameActivation(t.Context(), bucketRef(), created.ActivationID); !errors.Is(err, papi.ClassCancelTooLate) {
				t.Errorf("%s later: %v", wait, err)
			}
		}
		if _, err := client.CancelHostnameActivation(t.Context(), bucketRef(), "atv_1"); !errors.Is(err, papi.ClassNotFound) {
			t.Errorf("of nothing: %v", err)
		}
	})
}

func TestABucketTakesAThousandHostnamesARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute)})
		client := newClient(t, sim, papi.Options{})
		change := papi.BucketChange{Network: papi.Staging, Remove: []string{"one.bucket.example.com", "two.bucket.example.com", "three.bucket.example.com"}}
		for i := range papi.MaxBucketHostnames - len(change.Remove) {
			change.Add = append(change.Add, papi.HostnameToAdd{CNAMEFrom: fmt.Sprintf("h%03d.example.com", i), EdgeHostnameID: papi.ID(sim.EdgeHostnameID(bucketEdge))})
		}
		if _, err := client.PatchBucket(t.Context(), bucketRef(), change); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := served(t, client, papi.Staging); len(got) != 997 || got[0] != "h000.example.com" || got[996] != "h996.example.com" {
			t.Errorf("%d hostnames in %d pages", len(got), sim.Count(simulator.OpBucket))
		}
		change.Remove = append(change.Remove, "four.bucket.example.com")
		unnamed := papi.BucketChange{Network: papi.Staging, Add: []papi.HostnameToAdd{{CNAMEFrom: "a.example.com", CNAMETo: bucketEdge}}}
		for _, change := range []papi.BucketChange{change, unnamed} {
			if _, err := client.PatchBucket(t.Context(), bucketRef(), change); !errors.Is(err, papi.ClassInvalid) {
				t.Errorf("refused with %v", err)
			}
		}
		if n := sim.Count(simulator.OpPatchBucket); n != 1 {
			t.Errorf("%d requests, want only the good one", n)
		}
	})
}

func TestHostnameActivationsAreReadInEveryShape(t *testing.T) {
	const item = `{"hostnameActivationId":"atv_1","status":"PENDING","submitDate":"2026-03-01T12:00:00Z"}`
	for name, body := range map[string]string{
		"pages inside":  `{"hostnameActivations":{"items":[` + item + `],"totalItems":2,"nextLink":"/papi/v1/x?offset=7&limit=1"}}`,
		"pages outside": `{"nextLink":"/papi/v1/x?offset=7&limit=1","totalItems":2,"hostnameActivations":{"items":[` + item + `]}}`,
	} {
		var queries []string
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			queries = append(queries, r.URL.Query().Get("offset")+" "+r.URL.Query().Get("limit"))
			return answer(r, 200, body), nil
		})
		list, err := client.HostnameActivations(t.Context(), bucketRef())
		if err != nil || len(list.Items) != 2 || !slices.Equal(queries, []string{" ", "7 1"}) {
			t.Errorf("%s: %+v after %q: %v", name, list, queries, err)
		}
	}
	for _, body := range []string{item, strings.Replace(item, "hostnameActivationId", "activationId", 1)} {
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return answer(r, 200, body), nil })
		if alone, err := client.HostnameActivation(t.Context(), bucketRef(), "1"); err != nil || alone.Activation.Status != papi.StatusPending {
			t.Errorf("without a list: %+v: %v", alone, err)
		}
	}
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return answer(r, 200, `{}`), nil })
	if _, err := client.HostnameActivation(t.Context(), bucketRef(), "1"); !errors.Is(err, papi.ClassNotFound) {
		t.Errorf("without anything: %v", err)
	}
}

func TestPagesThatDoNotEndEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		body     string
		requests int
		ok       bool
	}{
		"nothing new":        {`{"hostnames":{"items":[],"totalItems":9,"nextLink":"/x?offset=1"}}`, 1, true},
		"more and more":      {`{"hostnames":{"items":[{"cnameFrom":"a.example.com"}],"totalItems":99999,"nextLink":"/x?offset=1"}}`, 100, false},
		"a link to nowhere":  {`{"hostnames":{"items":[{"cnameFrom":"a.example.com"}],"totalItems":9,"nextLink":"/x"}}`, 1, false},
		"no count, no link":  {`{"hostnames":{"items":[{"cnameFrom":"a.example.com"}]}}`, 1, true},
		"a link to nonsense": {`{"hostnames":{"items":[{"cnameFrom":"a.example.com"}],"nextLink":"%zz"}}`, 1, false},
	} {
		requests := 0
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			requests++
			return answer(r, 200, tt.body), nil
		})
		_, err := client.PropertyHostnames(t.Context(), bucketRef(), papi.Staging)
		if requests != tt.requests || (err == nil) != tt.ok || err != nil && !errors.Is(err, papi.ClassMalformed) {
			t.Errorf("%s: %d requests: %v", name, requests, err)
		}
	}
}
