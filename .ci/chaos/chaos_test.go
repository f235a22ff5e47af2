//go:build unix

// Package chaos_test runs the real program against a simulator, with a network
// between them that goes wrong.
package chaos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

var (
	program = flag.String("propctl", "", "the `path` of the program to run")
	rounds  = flag.Int("rounds", 2, "how many wishes meet each kind of trouble")
	seedOf  = flag.Uint64("seed", 0, "what troubles are drawn from; 0 takes another one each time")
)

const (
	speed      = "60000" // an activation takes milliseconds
	mostLives  = 4       // of a process in trouble, before the network is mended
	runTimeout = "20s"
	patience   = 90 * time.Second
)

// trouble is something that the network does. Its attributes are drawn for each
// connection of a process anew.
type trouble struct {
	name   string
	toxics func(*rand.Rand) []toxic
}

// toxic is one as toxiproxy reads it.
type toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Toxicity   float32        `json:"toxicity"`
	Attributes map[string]any `json:"attributes"`
}

// of makes a toxic that part of the connections meet.
func of(kind, stream string, toxicity float32, attributes map[string]any) toxic {
	return toxic{Name: kind + "-" + stream, Type: kind, Stream: stream, Toxicity: toxicity, Attributes: attributes}
}

type attributes = map[string]any

const (
	up   = "upstream"
	down = "downstream"
	// handshake is about how many bytes TLS takes before the first answer, and
	// session about how many a whole run takes.
	handshake = 1_500
	session   = 12_000
)

func troubles() []trouble {
	return []trouble{
		{"reset", func(r *rand.Rand) []toxic {
			return []toxic{of("reset_peer", pick(r, up, down), 0.8, attributes{"timeout": r.IntN(60)})}
		}},
		{"cut after so many bytes of the answers", func(r *rand.Rand) []toxic {
			return []toxic{of("limit_data", down, 0.9, attributes{"bytes": handshake + r.IntN(session)})}
		}},
		{"cut after so many bytes of the requests", func(r *rand.Rand) []toxic {
			return []toxic{of("limit_data", up, 0.9, attributes{"bytes": handshake/2 + r.IntN(session/3)})}
		}},
		{"slow and in slices", func(r *rand.Rand) []toxic {
			return []toxic{
				of("latency", down, 1, attributes{"latency": r.IntN(400), "jitter": r.IntN(200)}),
				of("slicer", down, 1, attributes{"average_size": 1 + r.IntN(200), "size_variation": 1, "delay": r.IntN(500)}),
				of("slicer", up, 1, attributes{"average_size": 1 + r.IntN(200), "size_variation": 1, "delay": r.IntN(500)}),
			}
		}},
		{"silent", func(r *rand.Rand) []toxic {
			return []toxic{of("timeout", pick(r, up, down), 0.7, attributes{"timeout": 500 + r.IntN(1000)})}
		}},
		{"corrupted", func(r *rand.Rand) []toxic {
			return []toxic{of("corrupt", pick(r, up, down), 0.9, attributes{"after": handshake + r.IntN(session)})}
		}},
	}
}

func pick(r *rand.Rand, all ...string) string { return all[r.IntN(len(all))] }

// TestNetworkTrouble lets a process run in trouble until it succeeds, or until
// the network is mended. Whatever happened, its wish has made one activation.
func TestNetworkTrouble(t *testing.T) {
	if *program == "" {
		t.Fatal("-propctl has to say which program to run")
	}
	registerCorrupt()
	seed := *seedOf
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("run it again with -seed=%d", seed)
	for i, tr := range troubles() {
		for round := range *rounds {
			t.Run(fmt.Sprintf("%s %d", tr.name, round), func(t *testing.T) {
				t.Parallel()
				persist(t, tr, rand.New(rand.NewPCG(seed, uint64(i)<<32+uint64(round))))
			})
		}
	}
}

// persist starts processes until one has its wish.
func persist(t *testing.T, tr trouble, random *rand.Rand) {
	t.Helper()
	dir, upstream := serve(t)
	proxy := newProxy(t, upstream)
	useProxy(t, dir, proxy.Listen)
	codes := map[int]int{}
	for life := range mostLives + 1 {
		proxy.Toxics.ResetToxics(t.Context())
		if life < mostLives {
			for _, x := range tr.toxics(random) {
				add(t, proxy, x)
			}
		}
		e := activate(t, dir, "prp_1001@8")
		codes[e.code]++
		switch {
		case e.code == 0:
			proxy.Toxics.ResetToxics(t.Context())
			onlyOne(t, dir, e.document.Activation.ID)
			t.Logf("exit codes: %v", codes)
			return
		case e.code != 1 && e.code != 5:
			t.Errorf("exit code %d with outcome %q: %s", e.code, e.document.Outcome, e.stderr)
		case life == mostLives:
			t.Errorf("over a network that was mended: exit code %d: %s", e.code, e.stderr)
		}
	}
}

// onlyOne checks that the wish has made one activation: the simulator numbers
// them, and gives the next one the next number.
func onlyOne(t *testing.T, dir, id string) {
	t.Helper()
	e := activate(t, dir, "prp_1002@4")
	if e.document.Activation == nil {
		t.Fatalf("exit code %d: %s", e.code, e.stderr)
	}
	var made, next int
	if _, err := fmt.Sscanf(id+" "+e.document.Activation.ID, "atv_%d atv_%d", &made, &next); err != nil || next != made+1 {
		t.Errorf("the wish has made %s, and the next activation is %s: there were others between (%v)", id, e.document.Activation.ID, err)
	}
}

// ending is how a process ended.
type ending struct {
	code     int
	stderr   string
	document struct {
		ExitCode   int
		Outcome    string
		Activation *struct{ ID string }
	}
}

func activate(t *testing.T, dir, what string) ending {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, *program, "activate", what, "--notify", "you@example.com", "-o", "json", "--debug",
		"--edgerc", filepath.Join(dir, ".edgerc"), "--ca-file", filepath.Join(dir, "ca.pem"),
		"--timeout", runTimeout, "--request-timeout", "3s", "--max-retries", "3")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr, command.Env = &stdout, &stderr, append(os.Environ(), "HOME="+dir, "CI=true")
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	e := ending{code: command.ProcessState.ExitCode(), stderr: stderr.String()}
	decoder := json.NewDecoder(&stdout)
	if err := decoder.Decode(&e.document); err != nil || e.document.ExitCode != e.code {
		t.Errorf("exit code %d, stdout is not its document: %v", e.code, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		t.Error("stdout has more than one document")
	}
	if e.code == 0 && e.document.Activation == nil {
		t.Fatalf("success without an activation: %+v", e.document)
	}
	return e
}

// serve starts a simulator, and returns the folder of its files and its address.
func serve(t *testing.T) (dir, address string) {
	t.Helper()
	dir = t.TempDir()
	command := exec.CommandContext(t.Context(), *program, "simulate", "--dir", dir, "--speed", speed, "-o", "json")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGINT) }
	command.WaitDelay = 10 * time.Second
	stdout, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() })
	var printed struct {
		Simulator struct{ URL string }
	}
	if err := json.NewDecoder(stdout).Decode(&printed); err != nil {
		t.Fatal(err)
	}
	return dir, strings.TrimPrefix(printed.Simulator.URL, "https://")
}

// newProxy starts a proxy that does no harm yet.
func newProxy(t *testing.T, upstream string) *toxiproxy.Proxy {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "papi", "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	return proxy
}

// useProxy points the credentials at the proxy.
func useProxy(t *testing.T, dir, address string) {
	t.Helper()
	path := filepath.Join(dir, ".edgerc")
	edgerc, err := os.ReadFile(path)
	if err == nil {
		edgerc = regexp.MustCompile(`(?m)^host = .*$`).ReplaceAll(edgerc, []byte("host = "+address))
		err = os.WriteFile(path, edgerc, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, proxy *toxiproxy.Proxy, x toxic) {
	t.Helper()
	data, err := json.Marshal(x)
	if err == nil {
		_, err = proxy.Toxics.AddToxicJson(bytes.NewReader(data))
	}
	if err != nil {
		t.Fatal(err)
	}
}
