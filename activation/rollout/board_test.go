package rollout

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

// waves makes a plan with waves of so many properties, on networks.
func planOf(networks []papi.Network, sizes ...int) *Plan {
	p := &Plan{Kind: PlanKind, SchemaVersion: planVersion, Name: "test", AccountID: "act_1", Networks: networks}
	n := 0
	for i, size := range sizes {
		w := Wave{Name: fmt.Sprintf("wave-%d", i+1), AtOnce: 10}
		for range size {
			n++
			w.Properties = append(w.Properties, Pinned{
				PropertyID: papi.ID(fmt.Sprintf("prp_%d", n)), Name: fmt.Sprintf("p%d", n), Version: 3, Staging: 2, Production: 2,
			})
		}
		p.Waves = append(p.Waves, w)
	}
	p.OnFailure, p.Undecided = Stop, UndecidedPauses
	p.Digest = p.digest()
	return p
}

var staging = []papi.Network{papi.Staging}

// boardOf makes a board of a plan on staging, with the states of its items in short.
func boardOf(p *Plan, o Options, states string) *board {
	b := newBoard(p, o)
	b.clock = clock{date: noon, at: time.Now()}
	for i, word := range strings.Fields(states) {
		e := b.entries[i]
		e.known = true
		e.usual = 90 * time.Second
		for part := range strings.SplitSeq(word, "+") {
			switch part {
			case "?":
				e.known = false
			case "shown":
				e.known, e.shown, e.state = false, true, Active
			case "ours":
				e.ours, e.marked, e.attempt = true, true, 1
			case "sent":
				e.submitted = true
			case "working":
				e.working = true
			case "due":
				e.due = noon.Add(time.Minute)
			case "now":
				e.due = noon
			case "back":
				e.backAttempt, e.scope = 1, ScopeAll
			default:
				e.state = State(part)
			}
		}
		if e.state == Underway || e.state == Returning {
			e.followed(noon, &papi.Activation{ActivationID: papi.ID(fmt.Sprintf("atv_%d", i+1)), SubmitDate: noon})
		}
		if e.state == Active || e.state == Failed {
			e.act = &papi.Activation{ActivationID: papi.ID(fmt.Sprintf("atv_%d", i+1)), Status: papi.StatusActive, SubmitDate: noon.Add(-time.Hour)}
			e.arrived = noon.Add(-time.Hour)
		}
	}
	return b
}

func (k stepKind) String() string {
	return [...]string{"finish", "survey", "submit", "submitPart", "follow", "confirm", "check", "giveBack"}[k]
}

// told writes a step as its kind and the places of its items.
func (s step) told() string {
	text := s.kind.String()
	for _, e := range s.items {
		text += fmt.Sprintf(" %d", e.Place)
	}
	return text
}

func TestWhatIsDoneNext(t *testing.T) {
	rollback := func(p *Plan) { p.OnFailure = Rollback }
	checked := func(p *Plan) {
		p.Checks = map[string]Check{"home": {HTTP: "https://{hostname}/"}}
		p.Waves[0].Checks = []string{"home"}
	}
	for _, c := range []struct {
		name    string
		sizes   []int
		change  func(*Plan)
		options Options
		states  string
		want    string
		wave    int // that it is at then, from 1
	}{
		{"first some lists are looked at", []int{12}, nil, Options{}, strings.Repeat("?+waiting ", 12), "survey 1 2 3 4 5 6 7 8 9 10", 1},
		{"of what shows the version already only some", []int{8}, nil, Options{}, strings.Repeat("shown ", 8), "survey 1 2 3", 1},
		{"then all that may be are submitted", []int{3}, nil, Options{}, "waiting waiting waiting", "submit 1 2 3", 1},
		{"but no more than may be at once", []int{3}, func(p *Plan) { p.Waves[0].AtOnce = 2 }, Options{}, "underway+ours waiting waiting", "submit 2", 1},
		{"none while all are on their way that may be", []int{3}, func(p *Plan) { p.Waves[0].AtOnce = 1 }, Options{}, "underway+ours waiting waiting", "follow", 1},
		{"one that is worked at has its place", []int{3}, func(p *Plan) { p.Waves[0].AtOnce = 2 }, Options{}, "waiting+working waiting waiting", "submit 2", 1},
		{"strictly no more than may fail, and one", []int{4}, func(p *Plan) { p.Strict = true; p.Tolerate = Amount{N: 1} }, Options{}, "waiting waiting waiting waiting", "submit 1 2", 1},
		{"strictly fewer after a failure", []int{4}, func(p *Plan) { p.Strict = true; p.Tolerate = Amount{N: 1} }, Options{}, "failed+ours waiting waiting waiting", "submit 2", 1},
		{"those that are blocked are behind the others", []int{3}, nil, Options{}, "blocked+now waiting waiting", "submit 2 3 1", 1},
		{"those that are blocked have their time", []int{2}, nil, Options{}, "blocked+due active", "follow", 1},
		{"the next wave is not begun before", []int{2, 2}, nil, Options{}, "active underway+ours ?+waiting ?+waiting", "follow", 1},
		{"the next wave is begun after", []int{2, 2}, nil, Options{}, "active active ?+waiting ?+waiting", "survey 3 4", 2},
		{"what was left out does not hold it up", []int{2, 1}, nil, Options{Skip: []string{"p1"}}, "skipped active ?+waiting", "survey 3", 2},
		{"too many failures end it", []int{3}, nil, Options{}, "failed+ours active waiting", "finish", 1},
		{"but what is on its way is followed", []int{3}, nil, Options{}, "failed+ours underway+ours waiting", "follow", 1},
		{"what may fail may", []int{3}, func(p *Plan) { p.Tolerate = Amount{N: 1} }, Options{}, "failed+ours active waiting", "submit 3", 1},
		{"the run may say how many", []int{3}, nil, Options{Tolerate: &Amount{N: 1}}, "failed+ours active waiting", "submit 3", 1},
		{"a part of all counts for that", []int{3}, func(p *Plan) { p.Tolerate = Amount{N: 34, Percent: true} }, Options{}, "failed+ours failed+ours waiting", "submit 3", 1},
		{"what an earlier wave has lost counts", []int{1, 1}, nil, Options{}, "superseded+ours waiting", "finish", 1},
		{"after failures what is ours goes back", []int{3}, rollback, Options{}, "failed+ours active+ours active", "giveBack 2", 1},
		{"nothing goes back while anything is on its way", []int{3}, rollback, Options{}, "failed+ours active+ours underway+ours", "follow", 1},
		{"what has drifted stops it", []int{2}, rollback, Options{}, "drifted waiting", "finish", 1},
		{"a plan that was returned is closed", []int{2}, nil, Options{}, "rolled-back+back+ours rolled-back+back+ours", "finish", 1},
		{"a return that was begun is gone on with", []int{2}, nil, Options{}, "rolled-back+back+ours active+ours", "giveBack 2", 1},
		{"replan looks anew", []int{2}, nil, Options{Replan: true}, "rolled-back+back+ours rolled-back+back+ours", "survey 1 2", 1},
		{"checks are made when all are there", []int{2, 1}, checked, Options{}, "active+sent active+sent ?+waiting", "survey 3", 1},
		{"no checks where they are not wanted", []int{2, 1}, checked, Options{SkipChecks: true}, "active active ?+waiting", "survey 3", 2},
		{"no checks where a later wave was begun", []int{2, 1}, checked, Options{}, "active active active+ours", "finish", 3},
		{"a later wave that was adopted is no evidence", []int{2, 1}, checked, Options{}, "active active active", "check", 1},
		{"it ends after a wave", []int{1, 1}, nil, Options{Through: "wave-1"}, "active ?+waiting", "finish", 2},
		{"all is done", []int{1, 1}, nil, Options{}, "active active", "finish", 3},
		{"uncertain is a failure", []int{2}, rollback, Options{}, "uncertain waiting", "finish", 1},
		{"a status that is not known is waited for", []int{2}, nil, Options{}, "nobody-knows active", "follow", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := planOf(staging, c.sizes...)
			if c.change != nil {
				c.change(p)
			}
			b := boardOf(p, c.options, c.states)
			s := b.next(noon)
			if got := s.told(); got != c.want || b.stage+1 != c.wave {
				t.Errorf("%s at wave %d, want %s at %d (%v)", got, b.stage+1, c.want, c.wave, b.cause())
			}
			if again := b.next(noon); again.told() != s.told() && s.kind != survey {
				t.Errorf("asked again it says %s, and first %s", again.told(), s.told())
			}
		})
	}
}

func TestAWaveIsActiveOnTheFirstNetworkBeforeItGoesToTheSecond(t *testing.T) {
	both := []papi.Network{papi.Staging, papi.Production}
	for _, c := range []struct{ states, want string }{
		{"active underway+ours ?+waiting ?+waiting", "follow"},
		{"active active waiting waiting", "submit 3 4"},
		{"failed+ours active waiting waiting", "submit 4"}, // what has failed on staging does not go to production
		{"failed+ours active active+ours waiting", "submit 4"},
		{"rejected active drifted waiting", "submit 4"},
	} {
		p := planOf(both, 2)
		p.Tolerate = Amount{N: 1}
		b := boardOf(p, Options{}, c.states)
		if got := b.next(noon).told(); got != c.want {
			t.Errorf("%s: %s, want %s", c.states, got, c.want)
		}
	}
}

func TestSubmissionsWaitForWhatHoldsThemUp(t *testing.T) {
	later := noon.Add(3 * time.Hour)
	window := &Window{From: "15:00", To: "16:00", Zone: "UTC"}
	for _, c := range []struct {
		name    string
		window  *Window
		options Options
		held    time.Time
		want    time.Time // zero: nothing is waited for
	}{
		{"nothing", nil, Options{}, time.Time{}, time.Time{}},
		{"the window", window, Options{}, time.Time{}, later},
		{"no window in an emergency", window, Options{AnyTime: true}, time.Time{}, time.Time{}},
		{"PAPI", nil, Options{}, later, later},
		{"PAPI in an emergency", window, Options{AnyTime: true}, later, later},
		{"what is over", nil, Options{}, noon, time.Time{}},
	} {
		p := planOf(staging, 1)
		p.Window = c.window
		b := boardOf(p, c.options, "waiting")
		b.held = c.held
		switch s := b.next(noon); {
		case c.want.IsZero() != (s.kind == submit), s.kind == follow && !s.until.Equal(c.want):
			t.Errorf("%s: %s until %s", c.name, s.told(), s.until)
		}
	}
}

func TestListsAreNotLookedAtWhilePAPIIsDown(t *testing.T) {
	b := boardOf(planOf(staging, 2), Options{}, "?+waiting ?+waiting")
	b.rest = noon.Add(time.Minute)
	if s := b.next(noon); s.kind != follow || !s.until.Equal(b.rest) {
		t.Errorf("%s until %s", s.told(), s.until)
	}
	if s := b.next(b.rest); s.told() != "survey 1 2" {
		t.Errorf("then %s", s.told())
	}
}

func TestWhyARunHasStopped(t *testing.T) {
	for _, c := range []struct {
		states  string
		outcome Outcome
		returns bool
	}{
		{"failed+ours active", OutcomeFailed, true},
		{"rejected active", OutcomeRejected, true},
		{"superseded+ours active", OutcomeSuperseded, true},
		{"overdue active", OutcomeTimedOut, true},
		{"uncertain active", OutcomeError, false},
		{"failed+ours rejected", OutcomeFailed, true},
		{"uncertain failed+ours", OutcomeFailed, true},
		{"drifted active", OutcomeRejected, false},
	} {
		b := boardOf(planOf(staging, 2), Options{}, c.states)
		b.next(noon)
		if b.trouble == nil || b.trouble.outcome != c.outcome || b.trouble.returns != c.returns {
			t.Errorf("%s: %+v", c.states, b.trouble)
		}
	}
}

func TestTheFirstReasonCounts(t *testing.T) {
	b := boardOf(planOf(staging, 2), Options{}, "failed+ours active")
	first := errors.New("the first")
	b.stop(&trouble{outcome: OutcomeLimited, err: first})
	b.next(noon)
	if !errors.Is(b.cause(), first) || b.trouble.outcome != OutcomeLimited {
		t.Errorf("%+v", b.trouble)
	}
}

func TestWhatAnEarlierRunHasLeftIsLookedForWhateverTheTrouble(t *testing.T) {
	for _, c := range []struct{ states, want string }{
		// The second wave has nothing to do, and the third may have been begun.
		{"failed+ours skipped ?+waiting", "survey 3"},
		{"failed+ours active ?+waiting", "survey 3"},
		// It has not, when the second still waits.
		{"failed+ours waiting ?+waiting", "finish"},
	} {
		b := boardOf(planOf(staging, 1, 1, 1), Options{}, c.states)
		b.resumed = true
		b.probed = []bool{true, true, false}
		b.scanned[0] = true
		if got := b.next(noon).told(); got != c.want {
			t.Errorf("%s: %s, want %s", c.states, got, c.want)
		}
	}
}
