package papi_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func bulkRequest(items ...papi.BulkActivationItem) papi.BulkActivationRequest {
	return papi.BulkActivationRequest{
		Defaults: papi.BulkDefaults{AcknowledgeAllWarnings: true, NotifyEmails: []string{"you@example.com"}}, Items: items,
	}
}

func TestABulkActivationTellsOfEachItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{BulkInterval: 10 * time.Second, BulkItems: 2})
		client := newClient(t, sim, papi.Options{})
		created, err := client.CreateBulkActivation(t.Context(), bulkRequest(
			papi.BulkActivationItem{PropertyID: "prp_1001", PropertyVersion: 8, Network: papi.Staging, Note: "a"},
			papi.BulkActivationItem{PropertyID: "prp_9999", PropertyVersion: 1, Network: papi.Staging},
			papi.BulkActivationItem{PropertyID: "prp_1002", PropertyVersion: 3, Network: papi.Staging},
		))
		if err != nil || created.ID != 1 {
			t.Fatalf("%+v: %v", created, err)
		}
		tasks := func() (papi.BulkStatus, string, *papi.BulkActivation) {
			t.Helper()
			job, err := client.BulkActivation(t.Context(), created.ID)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, i := range job.Items {
				all = append(all, string(i.TaskStatus))
			}
			return job.Status, strings.Join(all, " "), job
		}
		if status, all, _ := tasks(); status != papi.BulkPending || all != "PENDING PENDING PENDING" {
			t.Errorf("at first it is %s: %s", status, all)
		}
		time.Sleep(15 * time.Second)
		if status, all, _ := tasks(); status != papi.BulkInProgress || all != "COMPLETE IN_PROGRESS PENDING" {
			t.Errorf("then it is %s: %s", status, all)
		}
		time.Sleep(time.Minute)
		status, all, job := tasks()
		if status != papi.BulkComplete || all != "COMPLETE SUBMISSION_ERROR INTERRUPTED" {
			t.Errorf("at last it is %s: %s", status, all)
		}
		first, second := job.Items[0], job.Items[1]
		made := sim.Activations("prp_1001")
		if last := made[len(made)-1]; !first.ActivationID.Equal(papi.ID(last.ID)) || last.Note != "a" || first.Network != papi.Staging {
			t.Errorf("the first item is %+v, and the activation %+v", first, last)
		}
		if second.FatalError == "" || second.ActivationID != "" {
			t.Errorf("the second item is %+v", second)
		}
		if job.SubmitDate.IsZero() || job.UpdateDate.Sub(job.SubmitDate) != 30*time.Second {
			t.Errorf("its dates are %s and %s", job.SubmitDate, job.UpdateDate)
		}
		if _, err := client.BulkActivation(t.Context(), 7); !errors.Is(err, papi.ClassNotFound) {
			t.Errorf("an unknown one: %v", err)
		}
	})
}

func TestABulkActivationIsSentOnce(t *testing.T) {
	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		requests := 0
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			requests++
			return answer(r, status, `{"type":"x"}`), nil
		})
		_, err := client.CreateBulkActivation(t.Context(), bulkRequest(papi.BulkActivationItem{PropertyID: "prp_1", PropertyVersion: 1, Network: papi.Staging}))
		problem, ok := errors.AsType[*papi.Error](err)
		if requests != 1 || !ok || problem.Uncertain() != (status >= 500) {
			t.Errorf("%d: %d requests, %v", status, requests, err)
		}
	}
}

func TestAnswersToABulkActivationAreNotBelieved(t *testing.T) {
	for _, link := range []string{"", "x", "/papi/v0/bulk/activations/0", "/papi/v0/bulk/activations/x", "/papi/v0/properties/prp_1/activations/1"} {
		client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return answer(r, http.StatusAccepted, `{"bulkActivationLink":"`+link+`"}`), nil
			}
			return answer(r, http.StatusOK, `{"bulkActivationId":1,"bulkActivationStatus":"COMPLETE"}`), nil
		})
		if created, err := client.CreateBulkActivation(t.Context(), bulkRequest()); !errors.Is(err, papi.ClassMalformed) {
			t.Errorf("%q: %+v, %v", link, created, err)
		}
		if job, err := client.BulkActivation(t.Context(), 1); !errors.Is(err, papi.ClassMalformed) {
			t.Errorf("a request without items: %+v, %v", job, err)
		}
	}
}

func TestABulkActivationIsTheOneThatWasAskedFor(t *testing.T) {
	const item = `{"propertyId":"prp_1","propertyActivationLink":"/papi/v1/properties/prp_1/hostname-activations/atv_5","taskStatus":"SUBMITTED"}`
	client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, `{"bulkActivationId":1,"bulkActivationStatus":"COMPLETE","activatePropertyVersions":[`+item+`]}`), nil
	})
	if job, err := client.BulkActivation(t.Context(), 2); !errors.Is(err, papi.ClassNotFound) {
		t.Errorf("another one: %+v, %v", job, err)
	}
	job, err := client.BulkActivation(t.Context(), 1)
	if err != nil || job.Items[0].ActivationID != "" {
		t.Errorf("the change of a bucket is taken for an activation: %+v, %v", job, err)
	}
}

func TestABulkActivationOfWhatIsNoPropertyIsNotSent(t *testing.T) {
	for _, id := range []papi.ID{"", "inc_1", "prp_1/../2"} {
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			t.Errorf("%q was sent", id)
			return answer(r, http.StatusAccepted, `{"bulkActivationLink":"/papi/v0/bulk/activations/1"}`), nil
		})
		if _, err := client.CreateBulkActivation(t.Context(), bulkRequest(papi.BulkActivationItem{PropertyID: id, PropertyVersion: 1, Network: papi.Staging})); err == nil {
			t.Errorf("%q: no error", id)
		}
	}
}
