package simulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

func TestSubmissionIsRefusedWithoutEffect(t *testing.T) {
	tests := map[string]struct {
		property, body string
		status         int
		kind           string
	}{
		"no JSON":              {"prp_1001", `{"propertyVersion":`, http.StatusBadRequest, "json-mapping-error"},
		"no version":           {"prp_1001", `{"network":"STAGING","notifyEmails":["a@example.com"]}`, http.StatusBadRequest, "json-schema-invalid"},
		"no network":           {"prp_1001", `{"propertyVersion":8,"notifyEmails":["a@example.com"]}`, http.StatusBadRequest, "json-schema-invalid"},
		"unknown network":      {"prp_1001", fmt.Sprintf(submitBody, 8, "staging", ""), http.StatusBadRequest, "json-schema-invalid"},
		"unknown type":         {"prp_1001", fmt.Sprintf(submitBody, 8, "STAGING", `,"activationType":"X"`), http.StatusBadRequest, "json-schema-invalid"},
		"unknown member":       {"prp_1001", fmt.Sprintf(submitBody, 8, "STAGING", `,"notes":"x"`), http.StatusBadRequest, "json-schema-invalid"},
		"wrong JSON type":      {"prp_1001", fmt.Sprintf(submitBody, 8, "STAGING", `,"note":1`), http.StatusBadRequest, "json-schema-invalid"},
		"no e-mail":            {"prp_1001", `{"propertyVersion":8,"network":"STAGING","notifyEmails":[]}`, http.StatusBadRequest, "activation/bad-notifyemails"},
		"bad e-mail":           {"prp_1001", `{"propertyVersion":8,"network":"STAGING","notifyEmails":["a@example.com","b"]}`, http.StatusBadRequest, "activation/bad-notifyemails"},
		"no such version":      {"prp_1001", fmt.Sprintf(submitBody, 9, "STAGING", ""), http.StatusNotFound, "http/not-found"},
		"no such property":     {"prp_9", fmt.Sprintf(submitBody, 1, "STAGING", ""), http.StatusNotFound, "http/not-found"},
		"already active":       {"prp_1001", fmt.Sprintf(submitBody, 7, "STAGING", ""), http.StatusUnprocessableEntity, "activation/already-activated"},
		"nothing to take":      {"prp_1008", fmt.Sprintf(submitBody, 1, "PRODUCTION", `,"activationType":"DEACTIVATE"`), http.StatusUnprocessableEntity, "deactivation/not-active-in-production"},
		"not that one":         {"prp_1001", fmt.Sprintf(submitBody, 6, "STAGING", `,"activationType":"DEACTIVATE"`), http.StatusUnprocessableEntity, "deactivation/not-active-in-staging"},
		"rule errors":          {"prp_1004", fmt.Sprintf(submitBody, 2, "STAGING", ""), http.StatusBadRequest, "activation/errors"},
		"another is under way": {"prp_1006", fmt.Sprintf(submitBody, 1, "STAGING", ""), http.StatusConflict, "resource-busy"},
		"it is under way":      {"prp_1006", fmt.Sprintf(submitBody, 3, "STAGING", ""), http.StatusUnprocessableEntity, "property_activation_still_pending"},
		"warnings":             {"prp_1001", `{"propertyVersion":8,"network":"STAGING","notifyEmails":["a@example.com"]}`, http.StatusBadRequest, "activation/warnings-not-acknowledged"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, simulator.Options{})
			before := len(c.sim.Activations(tt.property))
			c.do(http.MethodPost, "/properties/"+tt.property+"/activations", tt.body).rejected(tt.status, tt.kind)
			if after := len(c.sim.Activations(tt.property)); after != before {
				t.Errorf("%d activations after, %d before", after, before)
			}
		})
	}
}

func TestRuleErrorsAreListed(t *testing.T) {
	c := newClient(t, simulator.Options{})
	r := c.submit("prp_1004", 2, simulator.Staging, "").want(http.StatusBadRequest)
	if got := r.text("errors", 0, "detail"); got != "The default rule has no origin server." {
		t.Errorf("errors: %s", r.body)
	}
}

func TestWarningsCanBeAcknowledgedOneByOne(t *testing.T) {
	c := newClient(t, simulator.Options{})
	const body = `{"propertyVersion":8,"network":"STAGING","notifyEmails":["a@example.com"],"acknowledgeWarnings":[%s]}`
	post := func(ids string) reply {
		return c.do(http.MethodPost, "/properties/prp_1001/activations", fmt.Sprintf(body, ids))
	}
	r := post("").want(http.StatusBadRequest)
	if n := r.count("warnings"); n != 2 {
		t.Fatalf("%d warnings, want 2: %s", n, r.body)
	}
	first, second := r.text("warnings", 0, "messageId"), r.text("warnings", 1, "messageId")
	if len(first) != len("msg_")+40 || first == second {
		t.Errorf("message ids %q and %q", first, second)
	}
	r = post(fmt.Sprintf("%q", first)).want(http.StatusBadRequest)
	if got := r.text("warnings", 0, "messageId"); r.count("warnings") != 1 || got != second {
		t.Errorf("what is left: %s", r.body)
	}
	post(fmt.Sprintf("%q,%q", first, second)).want(http.StatusCreated)
}

func TestBothNetworksAtOnceAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{})
		c.activate("prp_1001", 8, simulator.Staging, "")
		time.Sleep(time.Second - time.Nanosecond)
		c.submit("prp_1001", 8, simulator.Production, "").rejected(http.StatusConflict, "arlfile.exists")
		time.Sleep(time.Nanosecond)
		c.activate("prp_1001", 8, simulator.Production, "")
	})
}

func TestAcceptedSubmissionIsNamedByALinkOfVersionZero(t *testing.T) {
	c := newClient(t, simulator.Options{})
	r := c.submit("prp_1001", 8, simulator.Staging, "").want(http.StatusCreated)
	got := r.text("activationLink")
	want := "/papi/v0/properties/prp_1001/activations/" + idOf(got) + "?contractId=ctr_C-SIM1&groupId=grp_10001"
	if got != want || r.header.Get("Location") != got {
		t.Errorf("link %q, Location %q; want both %q", got, r.header.Get("Location"), want)
	}
	last := c.sim.Activations("prp_1001")
	if id := last[len(last)-1].ID; id != idOf(got) {
		t.Errorf("the link names %s, the activation is %s", idOf(got), id)
	}
}

func TestUnknownStatusIsInTheWay(t *testing.T) {
	c := newClient(t, simulator.Options{})
	id := c.sim.AddActivation("1001", simulator.Activation{Network: simulator.Staging, Version: 6, Status: "ZONE_9"})
	r := c.get("/properties/prp_1001/activations/" + id).want(http.StatusOK)
	if emails, ok := r.item("notifyEmails").([]any); !ok || len(emails) != 0 || r.item("status") != "ZONE_9" {
		t.Errorf("a bare fixture: %s", r.body)
	}
	c.submit("prp_1001", 8, simulator.Staging, "").rejected(http.StatusConflict, "resource-busy")
	c.sim.SetStatus("1001", id, simulator.StatusFailed, "")
	c.submit("prp_1001", 8, simulator.Staging, "").want(http.StatusCreated)
}
