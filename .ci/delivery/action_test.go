package delivery_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// simulated are variables with which nothing is needed to run. The time-out is long
// even at a high speed.
func simulated(speed string) map[string]string {
	return map[string]string{"PROPCTL_SIMULATE": "true", "PROPCTL_SPEED": speed, "PROPCTL_TIMEOUT": "24h"}
}

func TestActionRunsACommandAndTellsTheOutcome(t *testing.T) {
	t.Parallel()
	r := newRunner(t, thisProgram())
	env := simulated("2000")
	env["PROPCTL_NOTE"] = "nothing\noutcome=forged"
	code, got := r.use(map[string]string{
		"version": released, "releases": "file://" + newReleases(t, thisProgram()),
		"args": "activate www.example.com@8\n--network staging --notify \"you@example.com\"\n",
	}, env)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, r.printed.String())
	}
	if file := readFile(t, got["result-file"]); !bytes.Contains(file, []byte(`"outcome": "active"`)) {
		t.Errorf("result-file has:\n%s", file)
	}
	want := map[string]string{
		"outcome": "active", "exit-code": "0", "property-id": "prp_1001", "property-name": "www.example.com", "version": "8", "network": "STAGING",
		"activation-id": "atv_5038", "submitted": "true", "budget-remaining": "2499", "budget-limit": "2500", "result-file": got["result-file"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

func TestActionFailsAsTheCommandDoes(t *testing.T) {
	t.Parallel()
	r := newRunner(t, thisProgram())
	for args, want := range map[string]string{
		"pending busy.example.com -n staging": "6",
		"activate --nonsense":                 "2",
		"status www.example.com 'x":           "2",
	} {
		code, got := r.use(map[string]string{"args": args}, simulated("1"))
		if code == 0 || got["exit-code"] != want {
			t.Errorf("%s: exit code %d, outputs %v\n%s", args, code, got, r.printed.String())
		}
	}
}

func TestActionOnlyInstallsWithoutArguments(t *testing.T) {
	t.Parallel()
	r := newRunner(t, sayVersion)
	code, got := r.use(map[string]string{"version": released}, nil)
	if code != 0 || len(got) > 0 {
		t.Fatalf("exit code %d, outputs %v", code, got)
	}
	if said := r.must(nil, "propctl"); said != "the program\n" {
		t.Errorf("later steps find %q", said)
	}
}

func TestActionExpandsNothingInItsArguments(t *testing.T) {
	t.Parallel()
	r := newRunner(t, "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\n")
	for args, want := range map[string]string{
		"a  b\tc\nd":            "<a><b><c><d>",
		`"a b" 'c "d"' e\ f ""`: `<a b><c "d"><e f><>`,
		"a \\\n  b":             "<a><b>",
		"$(touch pwned) `touch pwned` ; touch pwned":   "<$(touch><pwned)><`touch><pwned`><;><touch><pwned>",
		"$HOME * ~ {a,b} !! && x | y > pwned # z <(t)": "<$HOME><*><~><{a,b}><!!><&&><x><|><y><>><pwned><#><z><<(t)>",
		"--note='a\\nb' -- -n -e %s %n":                "<--note=a\\nb><--><-n><-e><%s><%n>",
		"${{ secrets.X }}":                             "<${{><secrets.X><}}>",
	} {
		r.printed.Reset()
		code, _ := r.use(map[string]string{"args": args}, nil)
		if got := r.printed.String(); code != 0 || got != want && !strings.HasSuffix(got, "\n"+want) {
			t.Errorf("%q: exit code %d, %s", args, code, got)
		}
	}
	if isThere(filepath.Join(r.dir, "pwned")) {
		t.Error("a shell has read the arguments")
	}
}

func TestActionRefusesInputsThatAreNoVersion(t *testing.T) {
	t.Parallel()
	r := newRunner(t, sayVersion)
	code, got := r.use(map[string]string{"args": "version", "version": "1.2.3; touch pwned"}, nil)
	if code == 0 || len(got) > 0 || isThere(filepath.Join(r.dir, "pwned")) {
		t.Errorf("exit code %d, outputs %v", code, got)
	}
}

// The runner signals the shell, and nothing below it.
func TestActionPassesACancellationOn(t *testing.T) {
	t.Parallel()
	r := newRunner(t, thisProgram())
	env := simulated("1")
	env["PROPCTL_TIMEOUT"] = "60s" // when the signal does not arrive
	once := sync.Once{}            // a second signal ends propctl at once
	code, got := r.use(map[string]string{"args": "activate busy.example.com --notify you@example.com"}, env, func(p *os.Process) {
		if strings.Contains(r.printed.String(), "busy.example.com") {
			once.Do(func() { _ = p.Signal(syscall.SIGINT) })
		}
	})
	if code != 130 || got["exit-code"] != "130" || got["outcome"] != "interrupted" {
		t.Errorf("exit code %d, outputs %v\n%s", code, got, r.printed.String())
	}
}
