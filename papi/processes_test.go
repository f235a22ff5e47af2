package papi_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/simulator"
)

// readerVariable turns this test binary into a process that reads.
const readerVariable = "PROPCTL_TEST_READER"

func TestMain(m *testing.M) {
	if job := os.Getenv(readerVariable); job != "" {
		r, err := read(job)
		if err != nil {
			r.Failed = append(r.Failed, err.Error())
		}
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			panic(err)
		}
		return
	}
	m.Run()
}

// reading is what such a process has to do.
type reading struct {
	Host, Roots string
	Pace        string // the file; empty: each for itself
	Speed       float64
	Reads       int
}

// report is what it prints.
type report struct {
	Failed  []string
	Delayed int
}

// read waits for a line on stdin, makes its reads, up to four at once, and reports.
func read(text string) (report, error) {
	var job reading
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return report{}, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(job.Roots)) {
		return report{}, errors.New("no certificate")
	}
	account := &papi.Account{}
	if job.Pace != "" {
		account.Pace = pace.NewFile(job.Pace, job.Speed)
	}
	network := papi.NewTransport(roots)
	network.Proxy = nil
	sample := simulator.SampleCredentials()
	var delayed atomic.Int32
	client, err := papi.New(papi.Credentials{
		Host: job.Host, ClientToken: sample.ClientToken, ClientSecret: sample.ClientSecret, AccessToken: sample.AccessToken,
	}, papi.Options{Transport: network, Account: account, Speed: job.Speed, ObserveDelay: func(papi.Delay) { delayed.Add(1) }})
	if err != nil {
		return report{}, err
	}
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return report{}, err
	}
	// As a command with --timeout 30m would.
	ctx, cancel := context.WithTimeout(context.Background(), pace.Real(30*time.Minute, job.Speed))
	defer cancel()
	var r report
	var mu sync.Mutex
	var all sync.WaitGroup
	todo := make(chan int, job.Reads)
	for i := range job.Reads {
		todo <- i
	}
	close(todo)
	for range 4 {
		all.Go(func() {
			for range todo {
				if _, err := client.Activations(ctx, www()); err != nil {
					mu.Lock()
					r.Failed = append(r.Failed, err.Error())
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	r.Delayed = int(delayed.Load())
	return r, nil
}

// account is a simulated one, served over TLS, whose clock runs at a speed: it takes
// that many times 100 requests a minute, and tells times of PAPI. Its burst is small:
// at that speed a large one would have come back before all processes have begun.
type account struct {
	sim            *simulator.Simulator
	host, roots    string
	asked, refused atomic.Int32
	speed          float64
}

func serve(t *testing.T, speed float64) *account {
	t.Helper()
	a := &account{speed: speed}
	server := httptest.NewUnstartedServer(a)
	credentials := simulator.SampleCredentials()
	credentials.Host = server.Listener.Addr().String()
	a.host = credentials.Host
	burst := 10
	if speed == 1 {
		burst = simulator.DefaultRequestBurst
	}
	a.sim = simulator.New(simulator.Options{Credentials: credentials, RequestsPerMinute: int(100 * speed), RequestBurst: burst})
	server.StartTLS()
	t.Cleanup(server.Close)
	a.roots = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return a
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recorder := httptest.NewRecorder()
	a.sim.ServeHTTP(recorder, r)
	if recorder.Code == http.StatusTooManyRequests {
		a.refused.Add(1)
		a.tellTime(recorder.Header())
	}
	a.asked.Add(1)
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

// tellTime makes a time of PAPI of the real one until which the simulator refuses.
func (a *account) tellTime(h http.Header) {
	const millis = "2006-01-02T15:04:05.000Z"
	next, err1 := time.Parse(millis, h.Get("X-RateLimit-Next"))
	date, err2 := http.ParseTime(h.Get("Date"))
	if errors.Join(err1, err2) != nil {
		return
	}
	wait := time.Duration(float64(time.Until(next)) * a.speed)
	h.Set("X-RateLimit-Next", date.Add(wait).UTC().Format(millis))
	h.Del("Retry-After")
}

// spend spends the burst.
func (a *account) spend(t *testing.T) {
	t.Helper()
	c := a.sim.Credentials()
	client, err := papi.New(papi.Credentials{Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken},
		papi.Options{Transport: a.sim.Transport(), MaxRetries: -1, Speed: 1e6, RequestTimeout: 1e6 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 * simulator.DefaultRequestBurst {
		answer, err := client.Activations(t.Context(), www())
		if err != nil {
			t.Fatal(err)
		}
		if left := answer.Limits.Requests; left != nil && left.Remaining != nil && *left.Remaining == 0 {
			return
		}
	}
	t.Fatal("the burst cannot be spent")
}

// reader is a process.
type reader struct {
	start  io.WriteCloser
	report io.Reader
	wait   func() error
}

func startReader(t *testing.T, job reading) reader {
	t.Helper()
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), readerVariable+"="+string(text))
	command.Stderr = os.Stderr
	in, err1 := command.StdinPipe()
	out, err2 := command.StdoutPipe()
	if err := errors.Join(err1, err2, command.Start()); err != nil {
		t.Fatal(err)
	}
	return reader{start: in, report: out, wait: command.Wait}
}

// crowded is what came of many processes.
type crowded struct {
	failed         []string
	asked, refused int
	delayed        int
	ratio          float64 // of the time that it took to what the limit allows
}

// readMany has processes read at the same time, of an account whose burst is spent.
func readMany(t *testing.T, processes, reads int, speed float64, path func(process int) string) crowded {
	t.Helper()
	a := serve(t, speed)
	var all []reader
	for i := range processes {
		all = append(all, startReader(t, reading{
			Host: a.host, Roots: a.roots, Pace: path(i), Speed: speed, Reads: reads/processes + min(1, max(0, reads%processes-i)),
		}))
	}
	a.spend(t)
	a.asked.Store(0)
	begun := time.Now()
	for _, r := range all {
		if _, err := io.WriteString(r.start, "go\n"); err != nil {
			t.Fatal(err)
		}
	}
	var c crowded
	for _, r := range all {
		var one report
		if err := errors.Join(json.NewDecoder(r.report).Decode(&one), r.wait()); err != nil {
			t.Error(err)
		}
		c.failed = append(c.failed, one.Failed...)
		c.delayed += one.Delayed
	}
	c.asked, c.refused = int(a.asked.Load()), int(a.refused.Load())
	c.ratio = time.Since(begun).Seconds() / pace.Real(time.Duration(reads)*600*time.Millisecond, speed).Seconds()
	t.Logf("%d reads by %d processes at speed %g: %d requests, %d refused, %d failed, %d told of a delay; %.1f s, %.3f times what the limit allows",
		reads, processes, speed, c.asked, c.refused, len(c.failed), c.delayed, time.Since(begun).Seconds(), c.ratio)
	return c
}

// TestProcessesOfAMachineShareAnAccountsPace is fast, so that a slow machine has to
// have room. With PROPCTL_TEST_PACE="PROCESSES READS SPEED" it is run as one likes:
// at a speed of 1 the figures have to be right.
func TestProcessesOfAMachineShareAnAccountsPace(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	processes, reads, speed, longest := 24, 330, 10.0, 2.0
	if by := strings.Fields(os.Getenv("PROPCTL_TEST_PACE")); len(by) == 3 {
		processes, _ = strconv.Atoi(by[0])
		reads, _ = strconv.Atoi(by[1])
		if speed, _ = strconv.ParseFloat(by[2], 64); speed == 1 {
			longest = 1.15
		}
	}
	path := filepath.Join(t.TempDir(), "state", "pace.json")
	got := readMany(t, processes, reads, speed, func(int) string { return path })
	switch {
	case len(got.failed) > 0:
		t.Errorf("%d reads failed: %s", len(got.failed), got.failed[0])
	case got.refused*50 > got.asked:
		t.Errorf("%d of %d requests were refused", got.refused, got.asked)
	case got.ratio > longest:
		t.Errorf("it took %.2f times as long as the limit allows", got.ratio)
	case got.delayed > processes:
		t.Errorf("%d processes told %d times of a delay", processes, got.delayed)
	}
}
