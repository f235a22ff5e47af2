package papi_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestANewVersionIsACopyOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
		base, err := client.Version(t.Context(), www(), 7)
		if err != nil {
			t.Fatal(err)
		}
		created, err := client.CreateVersion(t.Context(), www(), 7, base.ETag)
		if err != nil || created.PropertyVersion != 9 || created.StatusCode != http.StatusCreated {
			t.Fatalf("created %+v: %v", created, err)
		}
		hostnames, err := client.VersionHostnames(t.Context(), www(), 9)
		if err != nil || len(hostnames.Items) != 1 || hostnames.Items[0].CNAMEFrom != "www.example.com" {
			t.Errorf("hostnames of the new version: %+v: %v", hostnames, err)
		}
		if latest, err := client.LatestVersion(t.Context(), www(), ""); err != nil || latest != 9 {
			t.Errorf("latest is %d: %v", latest, err)
		}
	})
}

func TestAVersionIsNotMadeOfOneThatWasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{}), papi.Options{})
		if _, err := client.CreateVersion(t.Context(), www(), 8, "0123456789abcdef"); !errors.Is(err, papi.ClassETag) {
			t.Errorf("with a stale etag: %v", err)
		}
		if _, err := client.CreateVersion(t.Context(), www(), 99, ""); !errors.Is(err, papi.ClassNotFound) {
			t.Errorf("from a version that does not exist: %v", err)
		}
		if _, err := client.CreateVersion(t.Context(), www(), 8, ""); err != nil {
			t.Errorf("without an etag: %v", err)
		}
	})
}

// TestEditsAreSentOnce holds for everything that changes something.
func TestEditsAreSentOnce(t *testing.T) {
	add := []papi.HostnameToAdd{{CNAMEFrom: "new.example.com", EdgeHostnameID: "1"}}
	include := papi.IncludeRef{IncludeID: "inc_2001"}
	for name, call := range map[string]func(context.Context, *papi.Client) error{
		"new version": func(ctx context.Context, c *papi.Client) error {
			_, err := c.CreateVersion(ctx, www(), 8, "")
			return err
		},
		"hostnames": func(ctx context.Context, c *papi.Client) error {
			_, err := c.PatchVersionHostnames(ctx, www(), 8, "x", add, nil)
			return err
		},
		"bucket": func(ctx context.Context, c *papi.Client) error {
			_, err := c.PatchBucket(ctx, www(), papi.BucketChange{Network: papi.Staging, Add: add})
			return err
		},
		"cancel hostnames": func(ctx context.Context, c *papi.Client) error {
			_, err := c.CancelHostnameActivation(ctx, www(), "atv_1")
			return err
		},
		"include": func(ctx context.Context, c *papi.Client) error {
			_, err := c.CreateIncludeActivation(ctx, include, papi.IncludeActivationRequest{})
			return err
		},
		"cancel include": func(ctx context.Context, c *papi.Client) error {
			_, err := c.CancelIncludeActivation(ctx, include, "1")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for status, class := range map[int]papi.Class{503: papi.ClassServer, 302: papi.ClassRedirect, 201: papi.ClassMalformed} {
					requests := 0
					client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
						requests++
						return answer(r, status, "<html>", "Location: /papi/v1/properties/prp_1001/versions"), nil
					})
					err := call(t.Context(), client)
					problem, _ := errors.AsType[*papi.Error](err)
					if requests != 1 || !errors.Is(err, class) || !problem.Class.Uncertain() {
						t.Errorf("%d: %d requests: %v", status, requests, err)
					}
				}
			})
		})
	}
}
