package papi_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func headers() papi.IncludeRef { return papi.IncludeRef{IncludeID: "inc_2001"} }

func includeSubmission(version int) papi.IncludeActivationRequest {
	return papi.IncludeActivationRequest{
		IncludeVersion: version, Network: papi.Staging, NotifyEmails: []string{"you@example.com"}, AcknowledgeAllWarnings: true,
	}
}

func TestAnIncludeIsFoundByItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
		found, err := client.FindByValue(t.Context(), papi.SearchQuery{IncludeName: "security-headers"})
		if err != nil || len(found.Items) != 2 || found.Items[0].IncludeID != "inc_2001" || found.Items[0].IncludeVersion != 2 || found.Items[1].IncludeVersion != 3 {
			t.Fatalf("found %+v: %v", found, err)
		}
		include, err := client.Include(t.Context(), headers())
		if err != nil || include.Include.IncludeName != "security-headers" || include.Include.StagingVersion != 2 || include.Include.LatestVersion != 3 {
			t.Errorf("%+v: %v", include, err)
		}
		for network, want := range map[papi.Network]int{"": 3, papi.Staging: 2, papi.Production: 2} {
			if got, err := client.LatestIncludeVersion(t.Context(), headers(), network); err != nil || got != want {
				t.Errorf("latest on %q is %d: %v", network, got, err)
			}
		}
		if _, err := client.Include(t.Context(), papi.IncludeRef{IncludeID: "inc_9"}); !errors.Is(err, papi.ClassNotFound) {
			t.Errorf("an unknown one: %v", err)
		}
	})
}

func TestAnIncludesActivationIsValidatedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute), IncludeValidation: 15 * time.Second})
		client := newClient(t, sim, papi.Options{MaxRetries: -1})
		before, err := client.IncludeActivations(t.Context(), headers())
		if err != nil {
			t.Fatal(err)
		}
		created, err := client.CreateIncludeActivation(t.Context(), headers(), includeSubmission(3))
		if err != nil || *created.Limits.Activations.Remaining != 2499 || created.ContractID != "ctr_C-SIM1" {
			t.Fatalf("%+v: %v", created, err)
		}
		poll := func(wait time.Duration) *papi.IncludeActivationAnswer {
			t.Helper()
			time.Sleep(wait)
			a, err := client.IncludeActivation(t.Context(), headers(), created.ActivationID)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		if _, err := client.IncludeActivation(t.Context(), headers(), created.ActivationID); !errors.Is(err, papi.ClassNotFound) {
			t.Errorf("at first: %v", err)
		}
		want := papi.Activation{ActivationID: created.ActivationID, Network: papi.Staging, Status: papi.StatusPending}
		if a := poll(5 * time.Second); a.Item != nil || a.Validation.State != papi.ValidationInProgress || cmp.Diff(want, a.Activation(created.ActivationID)) != "" {
			t.Errorf("while it is validated: %+v", a)
		}
		if list, err := client.IncludeActivations(t.Context(), headers()); err != nil || len(list.Items) != len(before.Items) {
			t.Errorf("%d in the list, %d before: %v", len(list.Items), len(before.Items), err)
		}
		pending := poll(10 * time.Second)
		if pending.Item == nil || pending.Item.Status != papi.StatusPending || pending.RetryAfter != 10*time.Minute {
			t.Fatalf("after its validation: %+v", pending)
		}
		list, err := client.IncludeActivations(t.Context(), headers())
		if err != nil || list.Items[0].IncludeActivationID != pending.Item.IncludeActivationID || pending.Item.IncludeActivationID.Equal(created.ActivationID) {
			t.Errorf("in the list: %+v: %v", list.Items[0], err)
		}
		active := poll(time.Minute).Activation(created.ActivationID)
		if active.Status != papi.StatusActive || active.IncludeID != "inc_2001" || active.PropertyID != "" || active.PropertyName != "security-headers" || active.PropertyVersion != 3 || active.SubmitDate.IsZero() {
			t.Errorf("at the end: %+v", active)
		}
	})
}

func TestAnIncludesActivationEndsInItsValidation(t *testing.T) {
	for version, want := range map[int]string{
		2: "not valid with the include: www.example.com version 1, shop_pm version 1",
		3: "missing_compliance_record",
	} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
			ref := papi.IncludeRef{IncludeID: "2002", ContractID: "C-SIM1", GroupID: "10001"}
			created, err := client.CreateIncludeActivation(t.Context(), ref, includeSubmission(version))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(15 * time.Second)
			a, err := client.IncludeActivation(t.Context(), ref, created.ActivationID)
			if err != nil {
				t.Fatal(err)
			}
			got := a.Activation(created.ActivationID)
			if got.Status != papi.StatusFailed || got.FailureCause == nil || got.FailureCause.Summary() != want || got.Network != papi.Staging {
				t.Errorf("version %d: %+v with cause %+v", version, got, got.FailureCause)
			}
			if version == 2 && (len(a.Validation.Errors) != 2 || a.Validation.Errors[0].ValidationResultsLink == "") {
				t.Errorf("errors %+v", a.Validation.Errors)
			}
			if _, err := client.CreateIncludeActivation(t.Context(), ref, includeSubmission(4)); err != nil {
				t.Errorf("the next one: %v", err)
			}
		})
	}
}

func TestAnIncludesCancellationTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)}), papi.Options{})
		created, err := client.CreateIncludeActivation(t.Context(), headers(), includeSubmission(3))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		cancelled, err := client.CancelIncludeActivation(t.Context(), headers(), created.ActivationID)
		if err != nil || cancelled.Activation.Status != papi.StatusPendingCancellation || cancelled.Activation.PropertyVersion != 3 {
			t.Fatalf("%+v: %v", cancelled, err)
		}
		time.Sleep(10 * time.Second)
		ended, err := client.IncludeActivation(t.Context(), headers(), created.ActivationID)
		if err != nil || ended.Item.Status != papi.StatusAborted {
			t.Errorf("%+v: %v", ended, err)
		}
		if again, err := client.CancelIncludeActivation(t.Context(), headers(), created.ActivationID); err != nil || !again.AlreadyCancelled {
			t.Errorf("once more: %+v: %v", again, err)
		}
	})
}

func TestIncludeSubmissionsThatPAPIRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
		off := includeSubmission(3)
		off.ActivationType = papi.Deactivate
		for _, tt := range []struct {
			request papi.IncludeActivationRequest
			want    papi.Class
		}{
			{includeSubmission(2), papi.ClassAlreadyActivated}, {off, papi.ClassNotActive}, {includeSubmission(9), papi.ClassNotFound},
		} {
			if _, err := client.CreateIncludeActivation(t.Context(), headers(), tt.request); !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want class %q", err, tt.want)
			}
		}
		if _, err := client.CreateIncludeActivation(t.Context(), headers(), includeSubmission(3)); err != nil {
			t.Fatal(err)
		}
		if _, err := client.CreateIncludeActivation(t.Context(), headers(), includeSubmission(3)); !errors.Is(err, papi.ClassStillPending) {
			t.Errorf("the same again, while nobody can see it: %v", err)
		}
	})
}

func TestValidationsAreReadByEveryName(t *testing.T) {
	const item = `{"versionId":1,"propertyName":"www.example.com","versionNumber":3,"hasValidationError":true}`
	for _, list := range []string{
		`"validationErrorItemList":{"items":[` + item + `]}`, `"validationErrorsItemList":{"items":[` + item + `]}`,
		`"validationProgressItemList":{"errorItemsList":[` + item + `]}`,
	} {
		for state, want := range map[string]papi.Status{
			"VALIDATION_ERROR_ABORT": papi.StatusFailed, "HTTP_SYS_ERROR_EXPIRED": papi.StatusFailed, "CONFLICT": papi.StatusFailed,
			"CUSTOMER_ABORT": papi.StatusAborted, "HTTP_SYS_ERROR": papi.StatusPending, "SUBMITTED_TO_FMA": papi.StatusPending, "NEXT_YEAR": papi.StatusPending,
		} {
			client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
				return answer(r, 200, `{"activations":{"items":[]},"validations":{"network":"STAGING","validationSummary":{"messageState":"`+state+`"},`+list+`}}`), nil
			})
			a, err := client.IncludeActivation(t.Context(), headers(), "x")
			if err != nil || len(a.Validation.Errors) != 1 || a.Activation("x").Status != want {
				t.Errorf("%s, %s: %+v: %v", state, list, a, err)
				continue
			}
			if cause := a.Activation("x").FailureCause; (cause != nil) != (want == papi.StatusFailed) || cause != nil && !strings.HasSuffix(cause.Detail, "www.example.com version 3") {
				t.Errorf("%s: cause %+v", state, cause)
			}
		}
	}
}
