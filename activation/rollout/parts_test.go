package rollout

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

func TestWhichItemsGoInABulkRequest(t *testing.T) {
	many := func(n int, state string) string { return strings.Repeat(state+" ", n) }
	for _, c := range []struct {
		name    string
		n       int
		options Options
		change  func(*board)
		states  string
		bulk    int
		single  int
		waits   bool
	}{
		{"all", 30, Options{Submit: SubmitBulk}, nil, many(30, "waiting"), 30, 0, false},
		{"none where single ones are wanted", 30, Options{}, nil, many(30, "waiting"), 0, 30, false},
		{"no more than a part has", 30, Options{Submit: SubmitBulk, PartSize: 25}, nil, many(30, "waiting"), 25, 0, false},
		{"no more than can be looked at in time", 150, Options{Submit: SubmitBulk, PartSize: 150}, nil, many(150, "waiting"), 60, 0, false},
		{"fewer when answers are slow", 30, Options{Submit: SubmitBulk}, func(b *board) { b.latency = time.Second }, many(30, "waiting"), 16, 0, false},
		{"none when answers are very slow", 30, Options{Submit: SubmitBulk}, func(b *board) { b.latency = 6 * time.Second }, many(30, "waiting"), 0, 30, false},
		{"fewer after a burst block", 30, Options{Submit: SubmitBulk}, func(b *board) { b.partMost = 12 }, many(30, "waiting"), 12, 0, false},
		{"no more than are free", 30, Options{Submit: SubmitBulk}, func(b *board) { b.plan.Waves[0].AtOnce = 22 }, many(30, "waiting"), 22, 0, false},
		{"a few are waited for", 30, Options{Submit: SubmitBulk}, func(b *board) { b.plan.Waves[0].AtOnce = 25 }, many(20, "underway") + many(10, "waiting"), 0, 0, true},
		{"unless they are the last", 30, Options{Submit: SubmitBulk}, nil, many(25, "underway") + many(5, "waiting"), 5, 0, false},
		{"the last one goes alone", 30, Options{Submit: SubmitBulk}, nil, many(29, "active") + "waiting", 0, 1, false},
		{"what was without effect goes alone", 30, Options{Submit: SubmitBulk}, func(b *board) { b.entries[3].single = true }, many(30, "waiting"), 29, 1, false},
		{"what was submitted before goes alone", 30, Options{Submit: SubmitBulk}, func(b *board) { b.entries[3].attempt = 1 }, many(30, "waiting"), 29, 1, false},
		{"PAPI does not take bulk requests", 30, Options{Submit: SubmitBulk}, func(b *board) { b.noBulk = true }, many(30, "waiting"), 0, 30, false},
	} {
		p := planOf(staging, c.n)
		p.Waves[0].AtOnce = 200
		b := boardOf(p, c.options, c.states)
		if c.change != nil {
			c.change(b)
		}
		ready, _ := b.ready(noon)
		bulk, single := b.part(ready)
		s := b.next(noon)
		wantKind := submit
		switch {
		case c.waits:
			wantKind = follow
		case c.bulk > 0:
			wantKind = submitPart
		}
		if len(bulk) != c.bulk || len(single) != c.single || s.kind != wantKind {
			t.Errorf("%s: %d and %d alone, then %s; want %d and %d", c.name, len(bulk), len(single), s.kind, c.bulk, c.single)
		}
	}
}

func TestWhatABulkRequestCannotCarry(t *testing.T) {
	yes := true
	for name, r := range map[string]papi.ActivationRequest{
		"a compliance record": {ComplianceRecord: &papi.ComplianceRecord{}}, "ignoreHttpErrors": {IgnoreHTTPErrors: &yes}, "delayValidations": {DelayValidations: &yes},
	} {
		b := boardOf(planOf(staging, 30), Options{Submit: SubmitBulk, Request: r}, "")
		if b.inBulk() {
			t.Errorf("%s: it goes in bulk", name)
		}
	}
	if b := boardOf(planOf(staging, 30), Options{Submit: SubmitBulk, Request: papi.ActivationRequest{FastPush: &yes}}, ""); !b.inBulk() {
		t.Error("fastPush goes in bulk, too")
	}
}

func TestWhatABulkRequestTellsOfAnItem(t *testing.T) {
	row := func(status papi.TaskStatus, activation papi.ID) papi.BulkItemResult {
		return papi.BulkItemResult{PropertyID: "prp_1", PropertyVersion: 3, Network: papi.Staging, TaskStatus: status, ActivationID: activation}
	}
	with := func(r papi.BulkItemResult, change func(*papi.BulkItemResult)) papi.BulkItemResult {
		change(&r)
		return r
	}
	for _, c := range []struct {
		name string
		rows []papi.BulkItemResult
		want string
	}{
		{"nothing", nil, "underway open"},
		{"it waits", []papi.BulkItemResult{row(papi.TaskPending, "")}, "underway open"},
		{"it is being submitted", []papi.BulkItemResult{row(papi.TaskInProgress, "")}, "underway open"},
		{"it was submitted", []papi.BulkItemResult{row(papi.TaskComplete, "atv_7")}, "underway atv_7"},
		{"it was submitted, in other words", []papi.BulkItemResult{row(papi.TaskSubmitted, "atv_7")}, "underway atv_7"},
		{"it was submitted, in a word that nobody knows", []papi.BulkItemResult{row("DONE", "atv_7")}, "underway atv_7"},
		{"it was submitted, and not which", []papi.BulkItemResult{row(papi.TaskComplete, "")}, "underway open asked"},
		{"it was refused", []papi.BulkItemResult{row(papi.TaskSubmissionError, "")}, "waiting alone"},
		{"it was interrupted", []papi.BulkItemResult{row(papi.TaskInterrupted, "")}, "waiting alone"},
		{"a word that nobody knows", []papi.BulkItemResult{row("WHO_KNOWS", "")}, "underway open"},
		{"of another property", []papi.BulkItemResult{with(row(papi.TaskInterrupted, ""), func(r *papi.BulkItemResult) { r.PropertyID = "prp_2" })}, "underway open"},
		{"of another version", []papi.BulkItemResult{with(row(papi.TaskComplete, "atv_7"), func(r *papi.BulkItemResult) { r.PropertyVersion = 4 })}, "underway open"},
		{"of another network", []papi.BulkItemResult{with(row(papi.TaskComplete, "atv_7"), func(r *papi.BulkItemResult) { r.Network = papi.Production })}, "underway open"},
		{"refused, and waiting", []papi.BulkItemResult{row(papi.TaskSubmissionError, ""), row(papi.TaskPending, "")}, "underway open"},
		{"refused, and submitted", []papi.BulkItemResult{row(papi.TaskSubmissionError, ""), row(papi.TaskComplete, "atv_7")}, "underway atv_7"},
	} {
		l := &loop{board: boardOf(planOf(staging, 1), Options{}, "underway")}
		p := &part{Part: Part{1, 1}, id: 9}
		e := l.entries[0]
		e.part, e.act = p, nil
		l.task(e, p, c.rows)
		got := string(e.state)
		if e.part != nil {
			got += " open"
		}
		if len(p.told) > 0 {
			got += " asked"
		}
		if e.act != nil {
			got += " " + string(e.act.ActivationID)
		}
		if e.single {
			got += " alone"
		}
		if got != c.want || (e.act != nil) != e.submitted {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatIsMadeOfAPartThatNothingTellsOf(t *testing.T) {
	for _, c := range []struct {
		name  string
		part  part
		state State
		stops bool
	}{
		{"PAPI has taken nothing of it", part{}, Waiting, false},
		{"PAPI has taken some of it", part{taken: true}, Uncertain, true},
		{"PAPI has named the request", part{id: 9}, Uncertain, true},
	} {
		b := boardOf(planOf(staging, 3), Options{}, "underway underway active")
		p := c.part
		p.Part = Part{1, 3}
		b.entries[0].part, b.entries[1].part = &p, &p
		b.concluded(&p)
		_, uncertain := errors.AsType[*UncertainError](b.cause())
		if b.entries[0].state != c.state || b.entries[1].state != c.state || b.entries[2].state != Active || uncertain != c.stops || len(b.open(&p)) != 0 {
			t.Errorf("%s: %s, %v", c.name, b.entries[0].state, b.cause())
		}
		if c.state == Waiting && !b.entries[0].single {
			t.Errorf("%s: it would go in bulk again", c.name)
		}
	}
}

func TestWhatWasSubmittedOtherwiseIsNotUncertainWhenItsPartIsOver(t *testing.T) {
	b := boardOf(planOf(staging, 2), Options{}, "underway underway")
	p := &part{Part: Part{1, 2}, id: 9}
	b.entries[0].part, b.entries[1].part = p, p
	b.learn(b.entries[0], standing{state: Failed, attempt: 1, about: &papi.Activation{ActivationID: "atv_7"}, part: Part{1, 1}})
	if e := b.entries[0]; e.part != p || e.state != Underway {
		t.Fatalf("another one's submission was taken for that of the part: %s", e.state)
	}
	b.concluded(p)
	if b.entries[0].state != Waiting || !b.entries[0].single || b.entries[1].state != Uncertain {
		t.Errorf("%s and %s", b.entries[0].state, b.entries[1].state)
	}
}

func TestAPartIsHeldUntilNothingOfItHasAppearedForLong(t *testing.T) {
	b := boardOf(planOf(staging, 4), Options{Lag: time.Minute}, "active+ours waiting waiting waiting")
	now := b.clock.now()
	b.sees(Part{1, 3}, now.Add(-silence)) // with the allowance it is not over
	if len(b.spans) != 1 || !b.expected(b.entries[1]) || b.expected(b.entries[3]) {
		t.Fatalf("%+v", b.spans)
	}
	ready, until := b.ready(now)
	if len(ready) != 1 || ready[0].Place != 4 || !until.Equal(b.nextLook(b.spans[0])) {
		t.Errorf("%d are ready, the next look is at %s", len(ready), until)
	}
	// Two minutes later it is over at the allowance's end, after one more look.
	end := now.Add(time.Minute)
	if look := b.expects(end); len(look) != 2 || look[0].known {
		t.Errorf("%d are looked at", len(look))
	}
	if look := b.expects(end); len(look) != 0 || len(b.spans) != 0 {
		t.Errorf("after that %d are looked at, and %d parts are open", len(look), len(b.spans))
	}
}

func TestAPartThatGoesOnIsWaitedForLonger(t *testing.T) {
	b := boardOf(planOf(staging, 3), Options{}, "active+ours waiting waiting")
	now := b.clock.now()
	b.sees(Part{1, 3}, now.Add(-9*time.Minute))
	b.sees(Part{1, 3}, now.Add(-time.Minute))
	if len(b.spans) != 1 || !b.quiet(b.spans[0].seen).Equal(now.Add(9*time.Minute)) {
		t.Errorf("%+v", b.spans[0])
	}
	b.sees(Part{1, 3}, now.Add(-5*time.Minute)) // which is earlier
	if !b.quiet(b.spans[0].seen).Equal(now.Add(9 * time.Minute)) {
		t.Errorf("%+v", b.spans[0])
	}
}

func TestPartsThatCannotBeAreNotWaitedFor(t *testing.T) {
	b := boardOf(planOf(staging, 3), Options{}, "active+ours waiting waiting")
	now := b.clock.now()
	for _, p := range []Part{{}, {0, 3}, {1, 4}, {1, 1000}} {
		b.sees(p, now)
	}
	b.sees(Part{1, 3}, now.Add(-time.Hour)) // it has long ended
	if len(b.spans) != 0 {
		t.Errorf("%+v", b.spans[0])
	}
}

func TestLatenciesAreLearnt(t *testing.T) {
	b := boardOf(planOf(staging, 1), Options{}, "")
	if n := b.lookable(); n != 60 {
		t.Errorf("%d before anything is known", n)
	}
	for range 100 {
		b.answered(100 * time.Millisecond)
	}
	if n := b.lookable(); n < 180 || n > 199 {
		t.Errorf("%d with 100 ms", n)
	}
	for range 100 {
		b.answered(2 * time.Second)
	}
	if n := b.lookable(); n != 4 {
		t.Errorf("%d with 2 s", n)
	}
}

func TestTheNotesOfAPartNameItsPlaces(t *testing.T) {
	l := &loop{board: boardOf(planOf(staging, 5), Options{}, "waiting waiting waiting waiting waiting")}
	l.plan.Note, l.plan.Notify = "A change", []string{"you@example.com"}
	looked := make([]time.Time, 5)
	for i := range looked {
		looked[i] = time.Now()
	}
	looked[0], looked[4] = time.Time{}, time.Now().Add(-6*time.Second) // one may not be, and one was looked at too long ago
	p, request, _ := l.newPart(l.entries, looked)
	if p == nil || len(request.Items) != 3 || p.Part != (Part{2, 4}) || !request.Defaults.AcknowledgeAllWarnings || len(request.Defaults.NotifyEmails) != 1 {
		t.Fatalf("%+v, %+v", p, request)
	}
	for i, item := range request.Items {
		m, ok := ParseMark(item.Note)
		if !ok || m.Place != i+2 || m.Part != p.Part || m.Attempt != 1 || !strings.HasPrefix(item.Note, "A change [") || item.PropertyVersion != 3 {
			t.Errorf("%+v", item)
		}
	}
	if len(l.open(p)) != 3 {
		t.Errorf("%d are open", len(l.open(p)))
	}
	l.trouble = &trouble{}
	if p, _, _ := l.newPart(l.entries, looked); p != nil {
		t.Error("something is submitted when nothing may be any more")
	}
}
