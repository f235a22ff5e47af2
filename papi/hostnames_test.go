package papi_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

const edge = "www.example.com.edgekey.net"

func TestHostnamesAreAddedAndRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{HostnamesPerProperty: 10, DefaultCertificates: 5})
		client := newClient(t, sim, papi.Options{})
		before, err := client.VersionHostnames(t.Context(), www(), 8)
		if err != nil {
			t.Fatal(err)
		}
		after, err := client.PatchVersionHostnames(t.Context(), www(), 8, before.BodyETag, []papi.HostnameToAdd{
			{CNAMEFrom: "new.example.com", CNAMETo: edge, CertProvisioningType: papi.CertDefault},
			{CNAMEFrom: "other.example.com", EdgeHostnameID: papi.ID(sim.EdgeHostnameID(edge)).With("")},
		}, []string{"www.example.com"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range after.Items {
			got = append(got, h.CNAMEFrom+" "+h.CNAMETo+" "+h.CertProvisioningType)
		}
		want := []string{"new.example.com " + edge + " DEFAULT", "other.example.com " + edge + " CPS_MANAGED"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("hostnames (-want +got):\n%s", diff)
		}
		if status := after.Items[0].CertStatus; status == nil || status.ValidationCNAME == nil || status.ValidationCNAME.Hostname != "_acme-challenge.new.example.com" {
			t.Errorf("certificate is %+v", status)
		}
		if after.ETag == before.ETag || after.ETag != after.BodyETag {
			t.Errorf("etag %q, in the body %q, before %q", after.ETag, after.BodyETag, before.ETag)
		}
		if *after.Limit != 10 || *after.Remaining != 8 || *after.DefaultCerts.Limit != 5 || *after.DefaultCerts.Remaining != 4 {
			t.Errorf("limits %d, %d, %d, %d", *after.Limit, *after.Remaining, *after.DefaultCerts.Limit, *after.DefaultCerts.Remaining)
		}
	})
}

func TestHostnameEditsThatPAPIRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		ref     papi.PropertyRef
		version int
		etag    string // empty: the right one
		add     papi.HostnameToAdd
		want    papi.Class
	}{
		"changed since":                 {www(), 8, "0123", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: edge}, papi.ClassETag},
		"was active":                    {www(), 7, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: edge}, papi.ClassVersionLocked},
		"was active once":               {www(), 3, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: edge}, papi.ClassVersionLocked},
		"is being activated":            {papi.PropertyRef{PropertyID: "prp_1006"}, 3, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: edge}, papi.ClassBusy},
		"no such edge hostname":         {www(), 8, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: "nowhere.example.net"}, papi.ClassInvalid},
		"no such id":                    {www(), 8, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com", EdgeHostnameID: "ehn_1"}, papi.ClassInvalid},
		"no edge hostname at all":       {www(), 8, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com"}, papi.ClassInvalid},
		"no certificates left":          {www(), 8, "", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: edge, CertProvisioningType: papi.CertDefault}, papi.ClassResourceLimit},
		"version of a property unknown": {www(), 99, "x", papi.HostnameToAdd{CNAMEFrom: "a.example.com", CNAMETo: edge}, papi.ClassNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Options{DefaultCertificates: -1})
				client := newClient(t, sim, papi.Options{})
				if tt.etag == "" {
					list, err := client.VersionHostnames(t.Context(), tt.ref, tt.version)
					if err != nil {
						t.Fatal(err)
					}
					tt.etag = list.ETag
				}
				_, err := client.PatchVersionHostnames(t.Context(), tt.ref, tt.version, tt.etag, []papi.HostnameToAdd{tt.add}, nil)
				if !errors.Is(err, tt.want) {
					t.Errorf("error is %v, want class %q", err, tt.want)
				}
				if n := sim.Count(simulator.OpPatchHostnames); n != 1 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

func TestAnETagIsQuotedOnce(t *testing.T) {
	for _, etag := range []string{"abc", `"abc"`} {
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			if got := r.Header.Get("If-Match"); got != `"abc"` || r.Method != http.MethodPatch || string(body) != `{"remove":["www.example.com"]}` {
				t.Errorf("%s with If-Match %s: %s", r.Method, got, body)
			}
			return answer(r, 200, `{"hostnames":{"items":[]}}`), nil
		})
		if _, err := client.PatchVersionHostnames(t.Context(), www(), 8, etag, nil, []string{"www.example.com"}); err != nil {
			t.Error(err)
		}
	}
}
