package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

func includeBody(version int, more string) string {
	return fmt.Sprintf(`{"includeVersion":%d,"network":"STAGING","notifyEmails":["a@example.com"]%s}`, version, more)
}

func TestIncludeIsSeenAfterItsValidationOnly(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Looks(2)})
	const include = "/includes/inc_2001"
	before := c.get(include+"/activations").count("activations", "items")
	temporary := idOf(c.do(http.MethodPost, include+"/activations", includeBody(3, "")).want(http.StatusCreated).text("activationLink"))
	c.do(http.MethodDelete, include+"/activations/"+temporary, "").want(http.StatusNotFound)
	var got []string
	for range 4 {
		r := c.get(include + "/activations/" + temporary)
		got = append(got, fmt.Sprint(r.status, " ", r.value("validations", "validationSummary", "messageState"), " ", r.item("status"), " ", r.item("includeActivationId") == temporary))
		if n := c.get(include+"/activations").count("activations", "items"); (n == before) != (r.item("status") == nil) {
			t.Errorf("%d in the list, %d before: %s", n, before, r.body)
		}
	}
	want := []string{
		"404 <nil> <nil> false", "200 VALIDATION_IN_PROGRESS <nil> false",
		"200 SUBMITTED_FOR_ACTIVATION PENDING false", "200 SUBMITTED_FOR_ACTIVATION ACTIVE false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("looks (-want +got):\n%s", diff)
	}
}

func TestIncludeSubmissionHasNoFastWay(t *testing.T) {
	c := newClient(t, simulator.Options{})
	before := len(c.sim.Activations("inc_2001"))
	for body, kind := range map[string]string{
		includeBody(3, `,"useFastFallback":true`): "json-schema-invalid", includeBody(3, `,"fastPush":true`): "json-schema-invalid",
		includeBody(0, ""): "json-schema-invalid", `{"includeVersion":3,"network":"STAGING","notifyEmails":[]}`: "bad-notifyemails",
	} {
		c.do(http.MethodPost, "/includes/inc_2001/activations", body).rejected(http.StatusBadRequest, kind)
	}
	c.do(http.MethodPost, "/includes/inc_2001/activations", includeBody(3, `,"activationType":"DEACTIVATE"`)).
		rejected(http.StatusUnprocessableEntity, "deactivation/include-not-active-in-staging")
	if after := len(c.sim.Activations("inc_2001")); after != before {
		t.Errorf("%d activations after, %d before", after, before)
	}
}

func TestIncludeThatIsNotValidEndsThere(t *testing.T) {
	for version, want := range map[int]string{2: "VALIDATION_ERROR_ABORT 2", 3: "HTTP_CLIENT_ERROR 0"} {
		c := newClient(t, simulator.Options{Pace: simulator.Looks(1)})
		temporary := idOf(c.do(http.MethodPost, "/includes/inc_2002/activations", includeBody(version, "")).want(http.StatusCreated).text("activationLink"))
		path := "/includes/inc_2002/activations/" + temporary
		c.get(path).want(http.StatusNotFound)
		c.get(path).want(http.StatusOK)
		r := c.get(path).want(http.StatusOK)
		got := fmt.Sprint(r.value("validations", "validationSummary", "messageState"), " ", r.count("validations", "validationErrorItemList", "items"))
		if got != want || r.count("activations", "items") != 0 {
			t.Errorf("%s, want %s: %s", got, want, r.body)
		}
		if all := c.sim.Activations("inc_2002"); all[len(all)-1].Status != simulator.StatusFailed {
			t.Errorf("its status is %s", all[len(all)-1].Status)
		}
		c.do(http.MethodPost, "/includes/inc_2002/activations", includeBody(4, "")).want(http.StatusCreated)
	}
}

func TestIncludeScenes(t *testing.T) {
	c := newClient(t, simulator.Options{})
	id := c.sim.AddActivation("inc_2001", simulator.Activation{Network: simulator.Staging, Version: 3, NotifyEmails: []string{"a@example.com"}})
	c.do(http.MethodPost, "/includes/inc_2001/activations", includeBody(3, "")).rejected(http.StatusUnprocessableEntity, "property_activation_still_pending")
	c.sim.SetStatus("inc_2001", id, simulator.StatusFailed, "")
	if got := c.get("/includes/2001/activations/" + id).item("status"); got != "FAILED" {
		t.Errorf("status %v", got)
	}
	for path, want := range map[string]int{"/includes/inc_9": 404, "/includes//activations": 404, "/includes/inc_2001/versions/9": 404, "/includes/inc_2001?contractId=ctr_X&groupId=grp_X": 404} {
		c.get(path).want(want)
	}
	c.sim.AddInclude(simulator.Include{Name: "shared", Pairs: []simulator.Pair{{Contract: "C-1", Group: "1"}, {Contract: "C-2", Group: "2"}}, Versions: []simulator.Version{{}}})
	found := c.do(http.MethodPost, "/search/find-by-value", `{"includeName":"shared"}`).want(http.StatusOK)
	path := "/includes/" + found.text("versions", "items", 0, "includeId")
	c.get(path).want(http.StatusOK)
	if got, want := c.get(path+"/activations").want(http.StatusFound).text("activationLink"), "/papi/v1"+path+"/activations?contractId=ctr_C-1&groupId=grp_1"; got != want {
		t.Errorf("redirected to %s, want %s", got, want)
	}
}

func TestFaultsReachEveryOperation(t *testing.T) {
	names := simulator.Operations()
	if len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("an operation stands twice: %v", names)
	}
	for _, name := range []string{
		"search", "list", "submit", "poll", "cancel", "any",
		"create-version", "patch-hostnames", "bucket", "patch-bucket", "hostname-activations", "hostname-poll", "hostname-cancel",
		"include", "include-list", "include-submit", "include-poll", "include-cancel", "include-latest",
	} {
		if _, err := simulator.ParseFault(name + "=503-after"); err != nil {
			t.Error(err)
		}
	}
	c := newClient(t, simulator.Options{})
	c.sim.Inject(simulator.Fault{Operation: simulator.OpCreateVersion, Malformed: true})
	c.do(http.MethodPost, "/properties/prp_1001/versions", `{"createFromVersion":8}`).want(http.StatusCreated)
	fault, err := simulator.ParseFault("patch-bucket=503-after")
	if err != nil {
		t.Fatal(err)
	}
	c.sim.Inject(fault)
	c.do(http.MethodPatch, bucket+"/hostnames", c.bucketBody("STAGING", "a.example.com", "")).want(http.StatusServiceUnavailable)
	if n := len(c.sim.HostnameActivations("1010")); n != 1 {
		t.Errorf("%d changes, want the one whose answer was lost", n)
	}
}
