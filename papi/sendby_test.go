package papi_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestARequestIsNotSentAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		var attempts []papi.Attempt
		client := newClient(t, sim, papi.Options{Observe: func(a papi.Attempt) { attempts = append(attempts, a) }})
		ref, req := papi.PropertyRef{PropertyID: "prp_1001"}, papi.ActivationRequest{
			PropertyVersion: 8, Network: papi.Staging, NotifyEmails: []string{"you@example.com"}, AcknowledgeAllWarnings: true,
		}
		late := papi.SendBy(t.Context(), time.Now().Add(-time.Nanosecond))
		_, err := client.CreateActivation(late, ref, req)
		problem, ok := errors.AsType[*papi.Error](err)
		if !ok || problem.Class != papi.ClassSuspended || problem.Uncertain() || sim.Count(simulator.OpAny) != 0 || attempts[0].Sent {
			t.Fatalf("%v, %d requests, %+v", err, sim.Count(simulator.OpAny), attempts)
		}
		for range 20 { // it says nothing of PAPI, and takes nobody's place
			if _, err := client.CreateActivation(late, ref, req); !errors.Is(err, papi.ClassSuspended) {
				t.Fatal(err)
			}
		}
		if _, err := client.CreateActivation(papi.SendBy(t.Context(), time.Now().Add(time.Second)), ref, req); err != nil {
			t.Error(err)
		}
	})
}

func TestAWriteThatWaitsForItsTurnIsNotSentTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				sent++
			}
			time.Sleep(8 * time.Second)
			return answer(r, http.StatusOK, `{"activations":{"items":[]}}`), nil
		})
		for range 4 { // as many as may be in flight
			go func() { _, _ = client.Activations(t.Context(), papi.PropertyRef{PropertyID: "prp_1"}) }()
		}
		synctest.Wait()
		_, err := client.CreateActivation(papi.SendBy(t.Context(), time.Now().Add(5*time.Second)), papi.PropertyRef{PropertyID: "prp_1"}, papi.ActivationRequest{})
		if !errors.Is(err, papi.ClassSuspended) || sent != 0 {
			t.Errorf("%v, %d sent", err, sent)
		}
		synctest.Wait()
	})
}
