//go:build unix

package coordinator_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

var natsProgram = flag.String("nats-server", "", "the `path` of the NATS server to start; empty: the version in go.mod, in this test program")

// asServer is the variable of the environment that makes this test program a NATS server: its
// value is the server's configuration file.
const asServer = "PROPCTL_TEST_NATS_SERVER"

func TestMain(m *testing.M) {
	file := os.Getenv(asServer)
	if file == "" {
		const most = "16" // tests that mostly wait for processes
		if err := flag.Set("test.parallel", most); err != nil {
			panic(err)
		}
		m.Run()
		return
	}
	if err := beServer(file); err != nil {
		_, _ = fmt.Fprintln(os.Stdout, err) // who has started it reads that
	}
}

// beServer is a NATS server that prints its address when it is ready, and ends when its standard
// input does, so that none is left behind by a test that was killed.
func beServer(file string) error {
	o, err := server.ProcessConfigFile(file)
	if err != nil {
		return err
	}
	o.NoLog = true
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		return errors.New("the server is not ready")
	}
	_, _ = fmt.Fprintln(os.Stdout, s.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}

// natsServer is a server with JetStream that is a process. It can be ended and started
// again, with the same address and the same files.
type natsServer struct {
	t       testing.TB
	lines   string // of its configuration file
	store   string
	address string
	process *exec.Cmd
}

// serve starts a server, with more lines in its configuration file.
func serve(t testing.TB, lines string) *natsServer {
	t.Helper()
	s := &natsServer{t: t, lines: lines, store: t.TempDir(), address: "127.0.0.1:-1"}
	s.start()
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	return s
}

func (s *natsServer) url() string { return "nats://" + s.address }

func (s *natsServer) start() {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "nats.conf")
	text := fmt.Sprintf("listen: %q\njetstream { store_dir: %q }\n%s\n", s.address, s.store, s.lines)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if *natsProgram != "" {
		s.startProgram(file)
		return
	}
	s.process = exec.CommandContext(context.WithoutCancel(s.t.Context()), os.Args[0])
	s.process.Env = append(os.Environ(), asServer+"="+file)
	s.process.Stderr = os.Stderr
	if _, err := s.process.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "127.0.0.1:") {
		s.t.Fatalf("the server does not start: %s%v", line, err)
	}
	s.address = strings.TrimSpace(line)
}

// startProgram starts the program of -nats-server, which writes its address into a folder when it is ready. It is left
// behind by a test that was killed.
func (s *natsServer) startProgram(file string) {
	s.t.Helper()
	folder := s.t.TempDir()
	s.process = exec.CommandContext(context.WithoutCancel(s.t.Context()), *natsProgram, "-c", file, "--ports_file_dir", folder)
	var log bytes.Buffer
	s.process.Stderr = &log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		found, _ := filepath.Glob(filepath.Join(folder, "*.ports"))
		if len(found) == 0 {
			continue
		}
		text, _ := os.ReadFile(found[0])
		var ports struct{ Nats []string }
		if json.Unmarshal(text, &ports) == nil && len(ports.Nats) > 0 { // else it is being written
			_, s.address, _ = strings.Cut(ports.Nats[0], "://")
			return
		}
	}
	s.end(syscall.SIGKILL)
	s.t.Fatalf("the server does not start: %s", &log)
}

// end sends a signal, and waits for the end.
func (s *natsServer) end(by os.Signal) {
	_ = s.process.Process.Signal(by)
	_ = s.process.Wait()
}
