package papi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
)

// reference is where public bodies are, beside this repository.
const reference = "../../shared/papi/samples"

// sample is a body and the call whose answer it is.
type sample struct {
	file   string
	status int
	call   func(context.Context, *papi.Client) (any, error)
}

// bodyKey is where a call finds the body that it will be answered with: it asks
// for what that body is about.
type bodyKey struct{}

func inBody(ctx context.Context, pattern, otherwise string) string {
	body, _ := ctx.Value(bodyKey{}).(string)
	if found := regexp.MustCompile(pattern).FindStringSubmatch(body); found != nil {
		return found[1]
	}
	return otherwise
}

func subject(ctx context.Context) papi.PropertyRef {
	return papi.PropertyRef{PropertyID: papi.ID(inBody(ctx, `(?:properties/|"propertyId": ?")(\w+)`, "prp_1001"))}
}

func versionOf(ctx context.Context) int {
	n, _ := strconv.Atoi(inBody(ctx, `(?:versions/|"propertyVersion": ?)(\d+)`, "1"))
	return n
}

func samples() []sample {
	list := func(ctx context.Context, c *papi.Client) (any, error) { return c.Activations(ctx, subject(ctx)) }
	get := func(id papi.ID) func(context.Context, *papi.Client) (any, error) {
		return func(ctx context.Context, c *papi.Client) (any, error) { return c.Activation(ctx, subject(ctx), id) }
	}
	create := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.CreateActivation(ctx, subject(ctx), submission())
	}
	cancel := func(id papi.ID) func(context.Context, *papi.Client) (any, error) {
		return func(ctx context.Context, c *papi.Client) (any, error) {
			return c.CancelActivation(ctx, subject(ctx), id)
		}
	}
	bulkCreate := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.CreateBulkActivation(ctx, bulkRequest())
	}
	bulkGet := func(ctx context.Context, c *papi.Client) (any, error) { return c.BulkActivation(ctx, 234) }
	search := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.FindByValue(ctx, papi.SearchQuery{PropertyName: "x"})
	}
	versions := func(ctx context.Context, c *papi.Client) (any, error) { return c.Versions(ctx, subject(ctx)) }
	latest := func(ctx context.Context, c *papi.Client) (any, error) { return c.LatestVersion(ctx, subject(ctx), "") }
	rules := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.Rules(ctx, subject(ctx), versionOf(ctx))
	}
	hostnames := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.VersionHostnames(ctx, subject(ctx), versionOf(ctx))
	}
	property := func(id papi.ID) func(context.Context, *papi.Client) (any, error) {
		return func(ctx context.Context, c *papi.Client) (any, error) {
			return c.Property(ctx, papi.PropertyRef{PropertyID: id})
		}
	}
	createVersion := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.CreateVersion(ctx, subject(ctx), 1, "")
	}
	patchHostnames := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.PatchVersionHostnames(ctx, subject(ctx), 1, "x", nil, []string{"www.example.com"})
	}
	served := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.PropertyHostnames(ctx, subject(ctx), "")
	}
	patchBucket := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.PatchBucket(ctx, subject(ctx), papi.BucketChange{Network: papi.Staging})
	}
	changes := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.HostnameActivations(ctx, subject(ctx))
	}
	change := func(id papi.ID) func(context.Context, *papi.Client) (any, error) {
		return func(ctx context.Context, c *papi.Client) (any, error) {
			return c.HostnameActivation(ctx, subject(ctx), id)
		}
	}
	cancelChange := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.CancelHostnameActivation(ctx, subject(ctx), "1")
	}
	include := papi.IncludeRef{IncludeID: "inc_1"}
	includeList := func(ctx context.Context, c *papi.Client) (any, error) { return c.IncludeActivations(ctx, include) }
	includeGet := func(ctx context.Context, c *papi.Client) (any, error) { return c.IncludeActivation(ctx, include, "x") }
	includeCreate := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.CreateIncludeActivation(ctx, include, papi.IncludeActivationRequest{})
	}
	includeCancel := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.CancelIncludeActivation(ctx, include, "x")
	}
	includeLatest := func(ctx context.Context, c *papi.Client) (any, error) {
		return c.LatestIncludeVersion(ctx, include, "")
	}
	contracts := func(ctx context.Context, c *papi.Client) (any, error) { return c.Contracts(ctx) }
	groups := func(ctx context.Context, c *papi.Client) (any, error) { return c.Groups(ctx) }
	build := func(ctx context.Context, c *papi.Client) (any, error) { return c.Build(ctx) }
	return []sample{
		{"official-examples/activation-list-response.json", 200, list},
		{"official-examples/activation-get-response.json", 200, get("1696985")},
		{"official-examples/activation-delete-response.json", 200, cancel("1696985")},
		{"official-examples/activation-create-response.json", 201, create},
		{"official-examples/property-get-response.json", 200, property("prp_175780")},
		{"official-examples/property-version-list-response.json", 200, versions},
		{"official-examples/property-version-get-response.json", 200, versions},
		{"official-examples/property-version-latest-response.json", 302, latest},
		{"official-examples/property-version-hostnames-get-response.json", 200, hostnames},
		{"official-examples/rules-get-response.json", 200, rules},
		{"official-examples/search-find-by-value-response.json", 200, search},
		{"official-examples/search-find-include-by-value-response.json", 200, search},
		{"official-examples/build-response.json", 200, build},
		{"official-examples/bulk-activation-create-response.json", 202, bulkCreate},
		{"official-examples/bulk-activation-get-response.json", 200, bulkGet},
		{"official-examples/contract-list-response.json", 200, contracts},
		{"official-examples/group-list-response.json", 200, groups},
		{"official-examples/property-version-create-response.json", 201, createVersion},
		{"official-examples/property-version-hostnames-set-response.json", 200, patchHostnames},
		{"official-examples/property-hostnames-get-response.json", 200, served},
		{"official-examples/property-hostname-bucket-response.json", 201, patchBucket},
		{"official-examples/hostname-activation-list-response.json", 200, changes},
		{"official-examples/hostnames-bucket-activation-get-response.json", 200, change("atv_1696985")},
		{"official-examples/hostname-activation-delete-response.json", 200, cancelChange},
		{"official-examples/include-activation-list-response.json", 200, includeList},
		{"official-examples/include-activation-get-response.json", 200, includeGet},
		{"official-examples/include-activation-create-response.json", 201, includeCreate},
		{"official-examples/include-activation-delete-response.json", 200, includeCancel},
		{"official-examples/include-version-latest-response.json", 302, includeLatest},
		{"sdk-go-v13.0.0/include_versions__CreateIncludeVersion__201-Created__Created.json", 302, includeLatest},
		{"cli-property-manager/activation-create-response-unprefixed.json", 201, create},
		{"cli-property-manager/activation-get-ACTIVE-steady-staging-2020.json", 200, get("atv_8481528")},
		{"cli-property-manager/activation-get-FAILED-production-unprefixed-2018.json", 200, get("atv_5355557")},
		{"cli-property-manager/activation-list-ACTIVE-deployed-staging-2019.json", 200, list},
	}
}

// The Go SDK's bodies, by the beginning of the files' names.
func sdkSamples(t *testing.T) []sample {
	t.Helper()
	calls := map[string]func(context.Context, *papi.Client) (any, error){}
	for _, s := range samples() {
		calls[filepath.Base(s.file)] = s.call
	}
	by := map[string]func(context.Context, *papi.Client) (any, error){
		"activation__PapiGetActivations__":                                            calls["activation-list-response.json"],
		"activation__PapiCreateActivation__":                                          calls["activation-create-response.json"],
		"activation__PapiCancelActivation__":                                          calls["activation-delete-response.json"],
		"propertyversion__PapiGetPropertyVersions__":                                  calls["property-version-list-response.json"],
		"propertyversion__PapiGetLatestVersion__":                                     calls["property-version-latest-response.json"],
		"propertyhostname__PapiGetPropertyVersionHostnames_":                          calls["property-version-hostnames-get-response.json"],
		"rule__PapiGetRuleTree__":                                                     calls["rules-get-response.json"],
		"search__PapiSearchProperties__":                                              calls["search-find-by-value-response.json"],
		"propertyhostname__PapiPatchPropertyVersionHostnames__":                       calls["property-version-hostnames-set-response.json"],
		"active_property_hostname__PapiListActivePropertyHostnames__200-OK-all-types": calls["property-hostnames-get-response.json"],
		"property_hostname_activation__PapiListPropertyHostnameActivations__":         calls["hostname-activation-list-response.json"],
		"property_hostname_activation__PapiCancelPropertyHostnameActivation__":        calls["hostname-activation-delete-response.json"],
		"property_hostname_bucket__PapiPatchPropertyHostnameBucket__200":              calls["property-hostname-bucket-response.json"],
		"include_activations__ActivateInclude__201":                                   calls["include-activation-create-response.json"],
		"include_activations__DeactivateInclude__":                                    calls["include-activation-create-response.json"],
		"include_activations__GetIncludeActivation__":                                 calls["include-activation-get-response.json"],
		"include_activations__ListIncludeActivations__":                               calls["include-activation-list-response.json"],
		"include_activations__CancelIncludeActivation__":                              calls["include-activation-delete-response.json"],
	}
	var found []sample
	for prefix, call := range by {
		files, err := filepath.Glob(filepath.Join(reference, "sdk-go-v13.0.0", prefix+"*"))
		if err != nil || len(files) == 0 {
			t.Errorf("no sample begins with %s: %v", prefix, err)
		}
		for _, f := range files {
			status := map[string]int{
				"OK": 200, "Created": 201, "Found": 302, "NotFound": 404, "UnprocessableEntity": 422, "InternalServerError": 500,
			}[strings.TrimSuffix(f[strings.LastIndex(f, "__")+2:], ".json")]
			rel, err := filepath.Rel(reference, f)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, sample{rel, status, call})
		}
	}
	return found
}

func readSample(t *testing.T, file string) string {
	t.Helper()
	if _, err := os.Stat(reference); err != nil {
		t.Skip("the public bodies are not part of this repository")
	}
	body, err := os.ReadFile(filepath.Join(reference, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPublicBodiesDecode(t *testing.T) {
	readSample(t, "INDEX.md")
	for _, s := range append(samples(), sdkSamples(t)...) {
		t.Run(s.file, func(t *testing.T) {
			body, requests := readSample(t, s.file), 0
			client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
				if requests++; requests > 1 {
					return answer(r, 404, `{"type":"after the first"}`), nil
				}
				return answer(r, s.status, body), nil
			})
			_, err := s.call(context.WithValue(t.Context(), bodyKey{}, body), client)
			problem, failed := errors.AsType[*papi.Error](err)
			switch {
			case err == nil && s.status < 400:
			case failed && s.status >= 400 && problem.StatusCode == s.status && problem.Type != "":
			case failed && requests == 2 && problem.Type == "after the first": // a redirect, or a page
			case failed && problem.Class == papi.ClassNotFound && strings.Contains(s.file, "ot-found"):
			default:
				t.Errorf("%d: %v", s.status, err)
			}
		})
	}
}

func TestPublicErrorsHaveTheirClass(t *testing.T) {
	for file, want := range map[string]papi.Class{
		"official-examples/400.json":                           papi.ClassInvalid,
		"official-examples/401.json":                           papi.ClassUnauthorized,
		"official-examples/403.json":                           papi.ClassForbidden,
		"official-examples/404.json":                           papi.ClassNotFound,
		"official-examples/405.json":                           papi.ClassInvalid,
		"official-examples/406.json":                           papi.ClassInvalid,
		"official-examples/409.json":                           papi.ClassBusy,
		"official-examples/412.json":                           papi.ClassNotYet,
		"official-examples/413.json":                           papi.ClassInvalid,
		"official-examples/415.json":                           papi.ClassInvalid,
		"official-examples/422.json":                           papi.ClassStillPending,
		"official-examples/429.json":                           papi.ClassResourceLimit,
		"official-examples/500.json":                           papi.ClassServer,
		"errors-from-issues/400-bad-cnameto.json":              papi.ClassInvalid,
		"errors-from-issues/400-invalid-timestamp.json":        papi.ClassClockSkew,
		"errors-from-issues/401-signature-does-not-match.json": papi.ClassUnauthorized,
		"errors-from-issues/403-no-grant.json":                 papi.ClassGrantMissing,
		"errors-from-issues/500-forward-origin-error.json":     papi.ClassServer,
		"errors-from-issues/500-forward-request-error.json":    papi.ClassServer,
		"errors-from-issues/503-plain-text-rate-limit.txt":     papi.ClassRateLimited,
	} {
		t.Run(file, func(t *testing.T) {
			body := readSample(t, file)
			status, err := strconv.Atoi(filepath.Base(file)[:3])
			if err != nil {
				t.Fatal(err)
			}
			client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return answer(r, status, body), nil })
			if _, err := client.CreateActivation(t.Context(), www(), submission()); !errors.Is(err, want) {
				t.Errorf("error is %v, want class %q", err, want)
			}
		})
	}
}

func TestActivationsSurviveARoundTrip(t *testing.T) {
	const body = `{
		"activationId": "atv_1", "activationType": "NEXT_YEAR", "accountId": "act_1", "groupId": "grp_1",
		"propertyId": "prp_1", "propertyName": "www.example.com", "propertyVersion": 3, "network": "MOON",
		"status": "ZONE_9", "fmaActivationState": "humming", "submitDate": "2026-03-01T12:00:00Z",
		"updateDate": "2026-03-01T12:01:00Z", "note": "a note", "notifyEmails": ["you@example.com"],
		"fallbackInfo": {"canFastFallback": true, "fallbackVersion": 2, "propertyVersion": 3, "fastFallbackAttempted": false,
			"steadyStateTime": 1772366460, "fastFallbackExpirationTime": 1772370060, "fastFallbackRecoveryState": null},
		"failureCause": {"type": "x", "title": "y", "detail": "z"}
	}`
	var a papi.Activation
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := errors.Join(json.Unmarshal([]byte(body), &want), json.Unmarshal(encoded, &got)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("activation (-want +got):\n%s", diff)
	}
}

func TestADateThatCannotBeReadDoesNotHideAnActivation(t *testing.T) {
	for _, date := range []string{`"yesterday"`, `""`, `null`, `7`, `{}`, `"9999999-01-01T00:00:00Z"`, `"0001-01-01T00:00:00Z"`} {
		var a papi.Activation
		if err := json.Unmarshal([]byte(`{"activationId":"atv_1","status":"PENDING","submitDate":`+date+`}`), &a); err != nil || !a.SubmitDate.IsZero() || a.Status != papi.StatusPending {
			t.Errorf("%s: %+v: %v", date, a, err)
		}
	}
}
