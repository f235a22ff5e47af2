package papi_test

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

// hostileServer makes TestMemoryOfOneHostileAnswer a child process of
// TestHostileAnswersTakeLittleMemory.
var hostileServer = flag.String("hostile-server", "", "name of the answer to read in this process")

// mostMemory is what one process may take from the operating system, in bytes,
// while it reads whatever a server sends.
const mostMemory = 100 << 20

// hostileAnswers are bodies that cost a server little and could cost the client
// a lot.
func hostileAnswers() map[string]func(http.ResponseWriter) {
	const many = papi.MaxBody - 1024
	whole := func(head, unit, tail string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, head+strings.Repeat(unit, (many-len(head)-len(tail))/len(unit))+tail)
		}
	}
	return map[string]func(http.ResponseWriter){
		"300 MB":                 func(w http.ResponseWriter) { stream(w, 300) },
		"300 MB in gzip":         bomb,
		"300 MB of error":        func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest); stream(w, 300) },
		"almost too large":       whole(`{"activations":{"items":[]},"x":"`, "x", `"}`),
		"many empty activations": whole(`{"activations":{"items":[`, `{},`, `{}]}}`),
		"many null activations":  whole(`{"activations":{"items":[`, `null,`, `null]}}`),
		"many addresses":         whole(`{"activations":{"items":[{"activationId":"atv_1","notifyEmails":[`, `"",`, `""]}]}}`),
		"deep":                   whole(`{"activations":{"items":[]},"x":`, `[`, ``),
		"many errors": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			whole(`{"errors":[`, `{},`, `{}]}`)(w)
		},
		"one long error": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			whole(`{"detail":"`, `x`, `"}`)(w)
		},
		"one long error that is no JSON": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadGateway)
			whole("", "<script>", "")(w)
		},
	}
}

// stream writes so many megabytes.
func stream(w io.Writer, megabytes int) {
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range megabytes {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// bomb is small until it is unpacked.
func bomb(w http.ResponseWriter) {
	w.Header().Set("Content-Encoding", "gzip")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	stream(z, 1)
	_ = z.Close()
	for range 300 { // the members of a file follow each other
		if _, err := w.Write(packed.Bytes()); err != nil {
			return
		}
	}
}

func TestHostileAnswersTakeLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("processes take time")
	}
	for name, answer := range hostileAnswers() {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
			defer server.Close()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMemoryOfOneHostileAnswer$", "-test.v", "-hostile-server="+server.URL)
			child.Stdin = bytes.NewReader(server.Certificate().Raw)
			out, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			_, rest, _ := strings.Cut(string(out), "bytes of memory: ")
			figure, rest, _ := strings.Cut(rest, "; ")
			n, err := strconv.Atoi(figure)
			line, _, _ := strings.Cut(rest, "\n")
			if err != nil || n > mostMemory {
				t.Errorf("took %d MiB, want at most %d (%v): %s", n>>20, mostMemory>>20, err, line)
			}
			t.Logf("%d MiB, %s", n>>20, line)
		})
	}
}

// TestMemoryOfOneHostileAnswer reads the list of activations from the server of
// another process, and prints what that took.
func TestMemoryOfOneHostileAnswer(t *testing.T) {
	if *hostileServer == "" {
		t.Skip("the child process of another test")
	}
	raw, err := io.ReadAll(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	network := papi.NewTransport(roots)
	network.Proxy = nil
	client, err := papi.New(papi.Credentials{
		Host: strings.TrimPrefix(*hostileServer, "https://"), ClientToken: "akab-client", ClientSecret: "s3cret-s3cret=", AccessToken: "akab-access",
	}, papi.Options{Transport: network, MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	list, err := client.Activations(t.Context(), www())
	what := fmt.Sprint(err)
	if err == nil {
		what = fmt.Sprintf("%d activations", len(list.Items))
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("bytes of memory: %d; after %s: %.200s", m.Sys, time.Since(begun).Round(time.Millisecond), what)
}
