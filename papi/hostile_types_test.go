package papi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// calls are the methods of the client whose answers have a body, each with
// arguments to which the simulator has an answer.
func calls() map[string]func(context.Context, *papi.Client) error {
	return map[string]func(context.Context, *papi.Client) error{
		"Activations": func(ctx context.Context, c *papi.Client) error { _, err := c.Activations(ctx, www()); return err },
		"Activation": func(ctx context.Context, c *papi.Client) error {
			_, err := c.Activation(ctx, papi.PropertyRef{PropertyID: "prp_1010"}, "atv_4001")
			return err
		},
		"CreateActivation": func(ctx context.Context, c *papi.Client) error {
			_, err := c.CreateActivation(ctx, www(), submission())
			return err
		},
		"Property":      func(ctx context.Context, c *papi.Client) error { _, err := c.Property(ctx, www()); return err },
		"Versions":      func(ctx context.Context, c *papi.Client) error { _, err := c.Versions(ctx, www()); return err },
		"Version":       func(ctx context.Context, c *papi.Client) error { _, err := c.Version(ctx, www(), 8); return err },
		"LatestVersion": func(ctx context.Context, c *papi.Client) error { _, err := c.LatestVersion(ctx, www(), ""); return err },
		"CreateVersion": func(ctx context.Context, c *papi.Client) error {
			_, err := c.CreateVersion(ctx, www(), 8, "")
			return err
		},
		"Rules": func(ctx context.Context, c *papi.Client) error { _, err := c.Rules(ctx, www(), 8); return err },
		"Hostnames": func(ctx context.Context, c *papi.Client) error {
			_, err := c.VersionHostnames(ctx, www(), 8)
			return err
		},
		"Build": func(ctx context.Context, c *papi.Client) error { _, err := c.Build(ctx); return err },
		"FindByValue": func(ctx context.Context, c *papi.Client) error {
			_, err := c.FindByValue(ctx, papi.SearchQuery{PropertyName: "www.example.com"})
			return err
		},
		"PropertyHostnames": func(ctx context.Context, c *papi.Client) error {
			_, err := c.PropertyHostnames(ctx, papi.PropertyRef{PropertyID: "prp_1010"}, papi.Staging)
			return err
		},
		"Include": func(ctx context.Context, c *papi.Client) error {
			_, err := c.Include(ctx, papi.IncludeRef{IncludeID: "inc_2001"})
			return err
		},
		"IncludeActivation": func(ctx context.Context, c *papi.Client) error {
			_, err := c.IncludeActivation(ctx, papi.IncludeRef{IncludeID: "inc_2001"}, "00000000-0000-4000-8000-200100000001")
			return err
		},
		"IncludeActivations": func(ctx context.Context, c *papi.Client) error {
			_, err := c.IncludeActivations(ctx, papi.IncludeRef{IncludeID: "inc_2001"})
			return err
		},
	}
}

// replacements are what a member may be instead of what it should be.
var replacements = []string{
	`null`, `true`, `-1`, `1e300`, `99999999999999999999`, `""`, `"\u0000\u001b[2J\u202e::error::\ud800"`, `[]`, `{}`, `[null]`, `[[{}]]`, `{"items":[{}]}`,
}

// Whatever a member is, or is not: no panic, and an error that says so in one
// line, or a result.
func TestMembersOfTheWrongTypeAreNoPanic(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				right := rightAnswer(t, call)
				bodies := variants(right.body)
				refused := 0
				for _, body := range bodies {
					client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
						return &http.Response{StatusCode: right.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
					})
					err := call(t.Context(), client)
					if err == nil {
						continue
					}
					refused++
					problem, ok := errors.AsType[*papi.Error](err)
					if !ok || problem.Class == "" || strings.ContainsFunc(err.Error(), unicode.IsControl) && strings.Contains(err.Error(), "\n") {
						t.Errorf("%s: %T %q", body, err, err)
					}
				}
				if len(bodies) < len(replacements) || refused == 0 {
					t.Errorf("%d variants, %d refused: this proves nothing", len(bodies), refused)
				}
			})
		})
	}
}

type whole struct {
	status int
	body   any
}

// rightAnswer is what the simulator says to a call.
func rightAnswer(t *testing.T, call func(context.Context, *papi.Client) error) whole {
	t.Helper()
	sim := simulator.New(simulator.Options{})
	var right whole
	client, err := papi.New(credentials(sim), papi.Options{Transport: transport(func(r *http.Request) (*http.Response, error) {
		resp, err := sim.Transport().RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		right.status = resp.StatusCode
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, errors.Join(err, json.Unmarshal(body, &right.body))
	})})
	if err != nil {
		t.Fatal(err)
	}
	if err := call(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	return right
}

// variants returns the document with each of its members replaced by each of
// the replacements, and left out, one at a time. Of a list, the first member
// stands for all.
func variants(doc any) []string {
	out := slices.Clone(replacements)
	switch doc := doc.(type) {
	case map[string]any:
		for name, member := range doc {
			rest := maps.Clone(doc)
			delete(rest, name)
			out = append(out, encoded(rest))
			for _, v := range variants(member) {
				rest[name] = json.RawMessage(v)
				out = append(out, encoded(rest))
			}
		}
	case []any:
		if len(doc) > 0 {
			for _, v := range variants(doc[0]) {
				rest := append([]any{json.RawMessage(v)}, doc[1:min(len(doc), 3)]...)
				out = append(out, encoded(rest))
			}
		}
	}
	return out
}

func encoded(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%v: %v", v, err))
	}
	return string(data)
}

func TestTruncatedAnswersAreErrors(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				right := rightAnswer(t, call)
				body := encoded(right.body)
				step := max(len(body)/100, 1)
				for n := 0; n < len(body); n += step {
					client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
						return answer(r, right.status, body[:n]), nil
					})
					if err := call(t.Context(), client); err == nil {
						t.Errorf("%d of %d bytes are a success", n, len(body))
					}
				}
			})
		})
	}
}
