package main

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// atOnce is how many tests run at the same time: most of them wait for programs that wait.
const atOnce = 6

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(atOnce)); err != nil { // -parallel goes before it
		panic(err)
	}
	testscript.Main(m, map[string]func(){"propctl": main, "akamai-propctl": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("NOTIFY", "--notify=you@example.com")
			e.Setenv("GORACE", "atexit_sleep_ms=10") // the race detector waits a second at the end of each process
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":     await,
			"await-not": awaitNot,
		},
	})
}

const (
	awaitEvery = 20 * time.Millisecond
	awaitMost  = 20 * time.Second
)

// await FILE waits until the file is there.
func await(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args, func() bool {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil
	})
}

// awaitNot COMMAND... waits until the command does not succeed.
func awaitNot(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args, func() bool { return ts.Exec(args[0], args[1:]...) != nil })
}

func until(ts *testscript.TestScript, args []string, ready func() bool) {
	ticker, deadline := time.NewTicker(awaitEvery), time.NewTimer(awaitMost)
	defer ticker.Stop()
	defer deadline.Stop()
	for !ready() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			ts.Fatalf("waited for %v in vain", args)
		}
	}
}
