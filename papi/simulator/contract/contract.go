// Package contract checks requests and answers of PAPI's clients and of the simulator against PAPI's OpenAPI
// document. Only tests import it. Known deviations from the document are listed in deviations.go.
package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// documentPath is the document's path, relative to a directory above the repository.
const documentPath = "shared/papi/openapi.json"

// Validator checks requests and answers. It is safe for concurrent use.
type Validator struct {
	t testing.TB
	*document

	mu   sync.Mutex
	seen map[string][]int // status codes by operation
}

// Operations returns all operations of the document, as METHOD /path, in order.
func (v *Validator) Operations() []string {
	var all []string
	for path, item := range v.doc.Paths.Map() {
		for method := range item.Operations() {
			all = append(all, method+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// Seen returns the status codes with which an operation was answered so far.
func (v *Validator) Seen(operation string) []int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.seen[operation])
}

func (v *Validator) note(route *routers.Route, status int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	operation := route.Method + " " + route.Path
	if v.seen == nil {
		v.seen = map[string][]int{}
	}
	v.seen[operation] = append(v.seen[operation], status)
}

// New returns a Validator that reports to t. It skips the test if shared/papi does not exist in the working
// directory or above.
func New(t testing.TB) *Validator {
	t.Helper()
	v := Find(t)
	if v == nil {
		t.Skipf("no %s in any directory above: the OpenAPI document is not part of this repository", documentPath)
	}
	return v
}

// Find is New for tests that do more than validate: without the document it returns nil.
func Find(t testing.TB) *Validator {
	t.Helper()
	path := find(t)
	if path == "" {
		return nil
	}
	doc, err := load(path)
	if err != nil {
		t.Fatalf("OpenAPI document: %v", err)
	}
	return &Validator{t: t, document: doc}
}

// document is the document with the deviations applied, and a cache of exchanges that have passed.
type document struct {
	doc    *openapi3.T
	passed sync.Map // keys are of identity
}

// documents caches parsed documents, because parsing takes longer than most tests.
var documents sync.Map //nolint:gochecknoglobals // a cache of what does not change

func load(path string) (*document, error) {
	if cached, ok := documents.Load(path); ok {
		if doc, ok := cached.(*document); ok {
			return doc, nil
		}
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, err
	}
	for _, d := range deviations() {
		d.apply(doc)
	}
	loaded := &document{doc: doc}
	documents.Store(path, loaded)
	return loaded, nil
}

func find(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("working directory: %v", err)
	}
	for {
		path := filepath.Join(dir, documentPath)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// Wrap returns a RoundTripper that checks what passes through it. Differences are reported with t.Errorf;
// requests and answers are not changed.
func (v *Validator) Wrap(rt http.RoundTripper) http.RoundTripper {
	return roundTripper{validator: v, next: rt}
}

type roundTripper struct {
	validator *Validator
	next      http.RoundTripper
}

func (rt roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	response, err := rt.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	if err := rt.validator.Check(r, sent, response, received); err != nil {
		rt.validator.t.Errorf("%s %s, %d: %v\nsent: %s\nreceived: %s", r.Method, r.URL.Path, response.StatusCode, err, sent, received)
	}
	return response, nil
}

// Check returns how a request and its answer differ from the document.
func (v *Validator) Check(r *http.Request, sent []byte, response *http.Response, received []byte) error {
	if strings.HasPrefix(r.URL.Path, "/-/") { // the gateway's, which the document does not describe
		return nil
	}
	route, params, ok := v.route(r)
	if !ok {
		if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed {
			return nil
		}
		return errors.New("no such operation in the document")
	}
	v.note(route, response.StatusCode)
	same := identity(r, sent, response, received)
	if _, ok := v.passed.Load(same); ok {
		return nil
	}
	input := v.input(r, sent, route, params)
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if err := checkAnswer(r, input, response, received); err != nil {
		return err
	}
	v.passed.Store(same, true)
	return nil
}

// identity is equal for exchanges that differ only in signature, date and remaining limits. It saves compiling
// the schemas, which takes a hundred times as long.
func identity(r *http.Request, sent []byte, response *http.Response, received []byte) [sha256.Size]byte {
	all := fmt.Appendf(nil, "%s %s\n%q\n%q\n%d\n%q\n", r.Method, r.URL, lasting(r.Header), sent, response.StatusCode, lasting(response.Header))
	return sha256.Sum256(append(all, received...))
}

// lasting removes the header values that are unique to each exchange.
func lasting(header http.Header) http.Header {
	kept := header.Clone()
	for name := range kept {
		if name == "Authorization" || name == "Date" || strings.HasPrefix(name, "X-Ratelimit-") {
			kept[name] = nil
		}
	}
	return kept
}

// CheckAnswer is Check for a request that is wrong on purpose.
func (v *Validator) CheckAnswer(r *http.Request, response *http.Response, received []byte) error {
	route, params, ok := v.route(r)
	if !ok {
		return errors.New("no such operation in the document")
	}
	v.note(route, response.StatusCode)
	return checkAnswer(r, v.input(r, nil, route, params), response, received)
}

func (v *Validator) input(r *http.Request, sent []byte, route *routers.Route, params map[string]string) *openapi3filter.RequestValidationInput {
	clone := r.Clone(r.Context())
	clone.Body = io.NopCloser(bytes.NewReader(sent))
	options := &openapi3filter.Options{
		MultiError: true, IncludeResponseStatus: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	options.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string { // without the schema and the whole value
		return "/" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	})
	return &openapi3filter.RequestValidationInput{Request: clone, PathParams: params, Route: route, Options: options}
}

func checkAnswer(r *http.Request, input *openapi3filter.RequestValidationInput, response *http.Response, received []byte) error {
	if tolerated(response, received) {
		return nil
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.StatusCode, Header: response.Header, Options: input.Options,
	}
	output.SetBodyBytes(received)
	if err := openapi3filter.ValidateResponse(r.Context(), output); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// route finds the operation. A literal segment precedes a parameter, and a trailing slash is ignored; version 0
// of the API, which PAPI's links name, counts as version 1.
func (v *Validator) route(r *http.Request) (*routers.Route, map[string]string, bool) {
	path, ok := strings.CutPrefix(r.URL.Path, "/papi/v1")
	if !ok {
		path, ok = strings.CutPrefix(r.URL.Path, "/papi/v0")
	}
	if !ok {
		return nil, nil, false
	}
	path = strings.TrimSuffix(path, "/")
	var best *routers.Route
	var bestParams map[string]string
	for template, item := range v.doc.Paths.Map() {
		params, ok := match(template, path)
		operation := item.GetOperation(r.Method)
		if !ok || operation == nil || best != nil && len(params) >= len(bestParams) {
			continue
		}
		best = &routers.Route{Spec: v.doc, Path: template, PathItem: item, Method: r.Method, Operation: operation}
		bestParams = params
	}
	return best, bestParams, best != nil
}

func match(template, path string) (map[string]string, bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range want {
		switch {
		case strings.HasPrefix(segment, "{") && have[i] != "":
			params[strings.Trim(segment, "{}")] = have[i]
		case segment != have[i]:
			return nil, false
		}
	}
	return params, true
}

// isJSON reports whether the answer claims to be JSON, and whether it is.
func isJSON(response *http.Response, body []byte) (claimed, valid bool) {
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	claimed = err == nil && (media == "application/json" || media == "application/problem+json")
	return claimed, claimed && json.Valid(body)
}
