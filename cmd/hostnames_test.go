package cmd_test

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

type hostnamesDoc struct {
	Hostnames []struct {
		CNAMEFrom, CNAMETo, EdgeHostnameID, CertProvisioningType string
		Networks                                                 []string
	}
	HostnameChange *struct {
		Base, Version    int
		Created, Resumed bool
		Added, Removed   []string
	}
}

func (d hostnamesDoc) names() []string {
	var names []string
	for _, h := range d.Hostnames {
		names = append(names, h.CNAMEFrom)
	}
	return names
}

const edge = "www.example.com.edgekey.net"

func TestHostnamesChangeOutcomes(t *testing.T) {
	tests := []struct {
		name, args, stdin string
		code              int
		outcome, error    string
		base, version     int
		added, removed    []string
		submits           int
	}{
		{name: "activated", args: "add www.example.com a.example.com=" + edge + " -n staging", outcome: "active", base: 7, version: 9, added: []string{"a.example.com"}, submits: 1},
		{name: "without a network", args: "add www.example.com a.example.com=" + edge, outcome: "ok", base: 8, version: 9, added: []string{"a.example.com"}},
		{name: "from another base", args: "add www.example.com A.example.com.=" + edge + " --base 5", outcome: "ok", base: 5, version: 9, added: []string{"a.example.com"}},
		{name: "with a default", args: "add www.example.com a.example.com b.example.com=" + edge + " --edge-hostname ehn_3001 --base staging", outcome: "ok", base: 7, version: 9, added: []string{"a.example.com", "b.example.com"}},
		{name: "a wildcard", args: "add www.example.com *.example.com=" + edge, outcome: "ok", base: 8, version: 9, added: []string{"*.example.com"}},
		{name: "from a list", args: "add www.example.com --from - --edge-hostname " + edge, stdin: "\uFEFF# comment\r\n\u00a0a.example.com\u00a0\r\n\r\nb.example.com=" + edge + " # another\r\na.example.com", outcome: "ok", base: 8, version: 9, added: []string{"a.example.com", "b.example.com"}},
		{name: "removed", args: "remove shop_pm shop.example.com -n staging", outcome: "active", base: 2, version: 4, removed: []string{"shop.example.com"}, submits: 1},
		{name: "there already", args: "add www.example.com www.example.com=" + edge + " -n staging", outcome: "already-active", base: 7, version: 7},
		{name: "not there anyway", args: "remove www.example.com old.example.com", outcome: "ok", base: 8, version: 8},
		{name: "dry run", args: "add www.example.com a.example.com=" + edge + " -n staging --dry-run", outcome: "planned", base: 7, version: 7, added: []string{"a.example.com"}},
		{name: "another property while the first is busy", args: "add busy.example.com a.example.com=" + edge + " -n staging --or nobody.example.com --or www.example.com", code: 1, outcome: "error", error: "not-found"},
		{name: "the other property", args: "add busy.example.com a.example.com=" + edge + " -n staging --or www.example.com", outcome: "active", base: 7, version: 9, added: []string{"a.example.com"}, submits: 1},
		{name: "busy", args: "add busy.example.com a.example.com=" + edge + " -n staging --if-pending fail", code: 6, outcome: "busy", error: "busy"},
		{name: "an edge hostname that there is not", args: "add www.example.com a.example.com=nowhere.example.com", code: 1, outcome: "error", error: "invalid-request"},
		{name: "no edge hostname", args: "add www.example.com a.example.com", code: 2, outcome: "error", error: "usage"},
		{name: "a base that others have not", args: "add www.example.com a.example.com=" + edge + " --base 5 --or api.example.com", code: 2, outcome: "error", error: "usage"},
		{name: "no hostname", args: "add www.example.com", code: 2, outcome: "error", error: "usage"},
		{name: "a hostname that is none", args: "add www.example.com a..example.com=" + edge, code: 2, outcome: "error", error: "usage"},
		{name: "a name with letters of a country", args: "add www.example.com mün.example.com=" + edge, code: 2, outcome: "error", error: "usage"},
		{name: "an address", args: "remove www.example.com 192.0.2.1", code: 2, outcome: "error", error: "usage"},
		{name: "twice, and not the same", args: "add www.example.com a.example.com=" + edge + " a.example.com=ehn_3001", code: 2, outcome: "error", error: "usage"},
		{name: "a list that is not there", args: "add www.example.com --from /nowhere/hostnames.txt", code: 2, outcome: "error", error: "usage"},
		{name: "a list that is no text", args: "add www.example.com --from -", stdin: "\xff\xfe", code: 2, outcome: "error", error: "usage"},
		{name: "two networks", args: "add www.example.com a.example.com=" + edge + " -n staging,production", code: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.stdin = strings.NewReader(tt.stdin)
				r := s.run(append([]string{"hostnames"}, append(strings.Fields(tt.args), notify, "-o", "json")...)...)
				if r.stdout == "" {
					if r.code != tt.code {
						t.Errorf("exit code %d", r.code)
					}
					return
				}
				d, more := r.document(t), decoded[hostnamesDoc](t, r)
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff([]any{tt.code, tt.outcome, tt.error, tt.submits}, []any{r.code, d.Outcome, code, s.sim.Count(simulator.OpSubmit)}); diff != "" {
					t.Fatalf("exit code, outcome, error, submissions (-want +got):\n%s\n%s", diff, r.stderr)
				}
				if tt.code == cmd.ExitUsage && s.sim.Count(simulator.OpAny) != 0 {
					t.Errorf("%d requests were sent", s.sim.Count(simulator.OpAny))
				}
				if tt.code != cmd.ExitOK {
					return
				}
				c := more.HostnameChange
				got := []any{c.Base, c.Version, strings.Join(c.Added, " "), strings.Join(c.Removed, " ")}
				if diff := cmp.Diff([]any{tt.base, tt.version, strings.Join(tt.added, " "), strings.Join(tt.removed, " ")}, got); diff != "" {
					t.Errorf("base, version, added, removed (-want +got):\n%s", diff)
				}
				for _, name := range tt.added {
					if d.Outcome != "planned" && !strings.Contains(strings.Join(more.names(), " ")+" ", name+" ") {
						t.Errorf("%s is not among %q", name, more.names())
					}
				}
			})
		})
	}
}

func TestHostnamesRunAgainFinishWhatWasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPatchHostnames, Status: 403, Times: 1})
		args := []string{"hostnames", "add", "www.example.com", "a.example.com=" + edge, "-n", "staging", notify, "-o", "json"}
		if r := s.run(args...); r.code == cmd.ExitOK || s.sim.Count(simulator.OpCreateVersion) != 1 {
			t.Fatalf("exit code %d, %d versions\n%s", r.code, s.sim.Count(simulator.OpCreateVersion), r.stderr)
		}
		r := s.run(args...)
		c := decoded[hostnamesDoc](t, r).HostnameChange
		if r.code != cmd.ExitOK || !c.Resumed || c.Created || c.Version != 9 || s.sim.Count(simulator.OpCreateVersion) != 1 {
			t.Errorf("exit code %d, %+v, %d versions made", r.code, c, s.sim.Count(simulator.OpCreateVersion))
		}
	})
}

func TestHostnamesAskForTheirCertificate(t *testing.T) {
	for flag, want := range map[string]string{"default": "DEFAULT", "cps": "CPS_MANAGED", "": "CPS_MANAGED"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			args := []string{"hostnames", "add", "www.example.com", "a.example.com=" + edge, "-o", "json"}
			if flag != "" {
				args = append(args, "--cert", flag)
			}
			d := decoded[hostnamesDoc](t, s.run(args...))
			if got := d.Hostnames[len(d.Hostnames)-1]; got.CertProvisioningType != want || got.EdgeHostnameID != "ehn_3001" || got.CNAMETo != edge {
				t.Errorf("--cert %q: %+v", flag, got)
			}
		})
	}
}

func TestManyHostnamesAreGivenTimeAndSaidToBeSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Fixed(2*time.Hour, 2*time.Hour) })
		var list strings.Builder
		for _, c := range "abcdefghijk" {
			list.WriteString(string(c) + ".example.com\n")
		}
		path := s.write("hostnames.txt", list.String())
		if r := s.run("hostnames", "add", "bucket.example.com", "--from", path, "--edge-hostname", "ehn_3001", "-n", "staging", notify); r.code != cmd.ExitOK {
			t.Errorf("to a bucket: exit code %d after %s\n%s", r.code, r.took, r.stderr)
		}
		r := s.run("hostnames", "add", "www.example.com", "--from", path, "--edge-hostname", edge, "-n", "staging", notify)
		if r.code != cmd.ExitOK || !strings.Contains(r.stderr, "there will be no fast fallback") {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stderr)
		}
	})
}

func TestHostnamesOfABucketChangeAtOnce(t *testing.T) {
	tests := []struct {
		name, args     string
		code           int
		outcome, error string
		changes        int
	}{
		{name: "added", args: "add bucket.example.com a.example.com=ehn_3001 -n staging", outcome: "active", changes: 1},
		{name: "removed", args: "remove bucket.example.com one.bucket.example.com -n production", outcome: "active", changes: 1},
		{name: "without waiting", args: "add bucket.example.com a.example.com=ehn_3001 -n staging --no-wait", outcome: "submitted", changes: 1},
		{name: "there already", args: "remove bucket.example.com nothing.example.com -n staging", outcome: "already-active"},
		{name: "dry run", args: "add bucket.example.com a.example.com=ehn_3001 -n staging --dry-run", outcome: "planned"},
		{name: "a name instead of an id", args: "add bucket.example.com a.example.com=BUCKET.example.com.edgekey.net b.example.com=ehn_3001 -n staging", outcome: "active", changes: 1},
		{name: "a name that there is not", args: "add bucket.example.com a.example.com=bukcet.example.com.edgekey.net -n staging", code: 1, outcome: "error", error: "hostname-bucket"},
		{name: "without a network", args: "add bucket.example.com a.example.com=ehn_3001", code: 1, outcome: "error", error: "hostname-bucket"},
		{name: "from a base", args: "add bucket.example.com a.example.com=ehn_3001 -n staging --base 1", code: 1, outcome: "error", error: "hostname-bucket"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				r := s.run(append([]string{"hostnames"}, append(strings.Fields(tt.args), notify, "-o", "json")...)...)
				d := r.document(t)
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff([]any{tt.code, tt.outcome, tt.error, tt.changes}, []any{r.code, d.Outcome, code, s.sim.Count(simulator.OpPatchBucket)}); diff != "" {
					t.Errorf("exit code, outcome, error, changes (-want +got):\n%s\n%s", diff, r.stderr)
				}
			})
		})
	}
}

func TestNameOfAnEdgeHostnameBecomesItsIDInABucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		id := s.sim.EdgeHostnameID("bucket.example.com.edgekey.net")
		r := s.run("hostnames", "add", "prp_1010", "a.example.com", "b.example.com", "--edge-hostname", "bucket.example.com.edgekey.net.", "-n", "staging", notify)
		if want := "the edge hostname bucket.example.com.edgekey.net is " + id + "\n"; r.code != cmd.ExitOK || strings.Count(r.stderr, want) != 1 {
			t.Errorf("exit code %d, %q is not there: %s", r.code, want, r.stderr)
		}
		if want := "edge: bucket.example.com.edgekey.net is " + id; !strings.Contains(strings.Join(strings.Fields(r.stdout), " "), want) {
			t.Errorf("%q is not in %s", want, r.stdout)
		}
		for _, more := range []string{"d.example.com", "d.example.com --dry-run"} { // what is there already is told the same
			args := append([]string{
				"hostnames", "add", "prp_1010", "-n", "staging", notify, "--edge-hostname", "bucket.example.com.edgekey.net", "-o", "json", "--jq",
				".hostnameChange.edgeHostnames[] | .name + \" \" + .id",
			}, strings.Fields(more)...)
			if r := s.run(args...); r.stdout != "bucket.example.com.edgekey.net "+id+"\n" {
				t.Errorf("%s: exit code %d: %q %s", more, r.code, r.stdout, r.stderr)
			}
		}
		list := s.run("hostnames", "list", "prp_1010@staging", "-o", "json", "--jq", `[.hostnames[] | select(.cnameFrom | test("^[ab]\\.")) | .edgeHostnameId] | join(" ")`)
		if list.stdout != id+" "+id+"\n" {
			t.Errorf("%s%s", list.stdout, list.stderr)
		}
		r = s.run("hostnames", "add", "prp_1010", "c.example.com=bukcet.example.com.edgekey.net", "-n", "staging", notify)
		if !strings.Contains(r.stderr, "did you mean bucket.example.com.edgekey.net?") || s.sim.Count(simulator.OpPatchBucket) != 2 {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}

func TestHostnamesAreListed(t *testing.T) {
	tests := []struct {
		args    string
		code    int
		version int
		want    []string
	}{
		{args: "www.example.com", version: 8, want: []string{"www.example.com"}},
		{args: "slow.example.com@staging", version: 1, want: []string{"slow.example.com"}},
		{args: "bucket.example.com", want: []string{"one.bucket.example.com", "three.bucket.example.com", "two.bucket.example.com"}},
		{args: "bucket.example.com@production", want: []string{"one.bucket.example.com"}},
		{args: "bucket.example.com@1", code: 1},
		{args: "www.example.com@99", code: 1},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run("hostnames", "list", tt.args, "-o", "json")
				d := r.document(t)
				if diff := cmp.Diff([]any{tt.code, tt.version, tt.want}, []any{r.code, d.Version, decoded[hostnamesDoc](t, r).names()}); diff != "" {
					t.Errorf("exit code, version, hostnames (-want +got):\n%s\n%s", diff, r.stderr)
				}
			})
		})
	}
}

// A change of a bucket has an id like an activation's, and what waits for one
// finds the other.
func TestWaitAndCancelFindChangesOfABucket(t *testing.T) {
	for _, verb := range []string{"wait", "cancel"} {
		for _, link := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				id := s.run("hostnames", "add", "bucket.example.com", "a.example.com=ehn_3001", "-n", "staging", "--no-wait", notify, "-o", "json").document(t).Activation.ID
				args := []string{verb, id, "--property", "bucket.example.com", "-o", "json"}
				if link {
					args = []string{verb, "/papi/v1/properties/prp_1010/hostname-activations/" + id + "?contractId=ctr_C-SIM1&groupId=grp_10001", "-o", "json"}
				}
				want := map[string]string{"wait": "active", "cancel": "cancelled"}[verb]
				lists := s.sim.Count(simulator.OpList)
				if d := s.run(args...).document(t); d.Outcome != want {
					t.Errorf("%q: outcome %s, %+v", args, d.Outcome, d.Error)
				}
				if link && s.sim.Count(simulator.OpList) != lists {
					t.Errorf("%q: looked among the activations", args)
				}
			})
		}
	}
}

// What is in progress on a network keeps it busy, be it a version or the hostnames
// of a bucket, and whoever names the property means that.
func TestAPropertyWithABucketIsBusyWhileItsHostnamesChange(t *testing.T) {
	tests := []struct {
		args, outcome string
		code          int
	}{
		{args: "pending bucket.example.com", outcome: "busy", code: cmd.ExitBusy},
		{args: "pending bucket.example.com -n production", outcome: "free"},
		{args: "status bucket.example.com", outcome: "ok"},
		{args: "wait bucket.example.com", outcome: "active"},
		{args: "cancel bucket.example.com", outcome: "cancelled"},
		{args: "cancel bucket.example.com -n production", outcome: "already-cancelled"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.run("hostnames", "add", "bucket.example.com", "a.example.com=ehn_3001", "-n", "staging", "--no-wait", notify)
				d := s.run(append(strings.Fields(tt.args), "-o", "json")...).document(t)
				if d.Outcome != tt.outcome || d.ExitCode != tt.code {
					t.Errorf("outcome %s, exit code %d, %+v", d.Outcome, d.ExitCode, d.Error)
				}
				if strings.HasPrefix(tt.args, "status") && (len(d.Properties[0].Networks[0].Pending) != 1 || len(d.Properties[0].Networks[1].Pending) != 0) {
					t.Errorf("pending: %+v", d.Properties[0].Networks)
				}
			})
		})
	}
}

func TestWaitForABucketThatCameTooLateSaysHowItsLatestChangeEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		change := s.run("hostnames", "add", "bucket.example.com", "a.example.com=ehn_3001", "-n", "staging", notify, "-o", "json").document(t).Activation
		d := s.run("wait", "bucket.example.com", "-o", "json").document(t)
		if d.Outcome != "already-active" || d.Activation.ID != change.ID {
			t.Errorf("outcome %s of %+v, want that of %s", d.Outcome, d.Activation, change.ID)
		}
	})
}

func TestHostnamesListShowsHowFarCertificatesAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("hostnames", "add", "www.example.com", "a.example.com="+edge, "--cert", "default")
		r := s.run("hostnames", "list", "www.example.com@9")
		if !strings.Contains(r.stdout, "staging PENDING, production PENDING") {
			t.Errorf("%s", r.stdout)
		}
		if r := s.run("hostnames", "list", "www.example.com@9", "-o", "json"); !strings.Contains(r.stdout, "_acme-challenge.a.example.com") {
			t.Errorf("%s", r.stdout)
		}
	})
}

func TestAListOfHostnamesMayNotBeEndless(t *testing.T) {
	s := newScene(t)
	s.transport = refusing{t}
	path := s.write("hostnames.txt", strings.Repeat("#", 2<<20))
	if r := s.run("hostnames", "add", "www.example.com", "--from", path, "-o", "json"); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "longer than") {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestFlagsOfACommandBelowAnotherAreSettingsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.write(".config/propctl/config.yaml", "edge-hostname: "+edge+"\nto: 5\n")
		if r := s.run("hostnames", "add", "www.example.com", "a.example.com"); r.code != cmd.ExitOK {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	})
}

func TestABusyNetworkDoesNotHaveTheHostnamesAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		args := strings.Fields("hostnames add busy.example.com a.example.com=www.example.com.edgekey.net -n staging --if-pending fail " + notify)
		if r := s.run(args...); r.code != cmd.ExitBusy || strings.Contains(r.stdout, "already") {
			t.Errorf("exit code %d\n%s", r.code, r.stdout)
		}
		if r := s.run(append(args, "-o", "json", "--jq", ".hostnameChange.version")...); r.stdout != "null\n" {
			t.Errorf("the version is %s", r.stdout)
		}
	})
}
