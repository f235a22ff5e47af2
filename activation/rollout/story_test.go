package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// story is one rollout: everything that is random in it, and what became of it.
type story struct {
	rand       *rand.Rand
	properties int
	manifest   string
	byPlan     bool // processes are given the plan, and not the manifest
	networks   []simulator.Network
	tolerate   int
	onFailure  rollout.OnFailure
	waves      []int
	atOnces    []int // 0: the default
	options    rollout.Options
	through    string // of the first process that is not killed
	retries    bool   // what has failed is tried once more at the end
	chaosEvery int    // a request of so many goes wrong
	foreignIn  int    // before a submission of so many somebody else activates another version
	deaths     int
	deadly     bool // deaths were more than none at the beginning
	staging    time.Duration
	production time.Duration
	latency    time.Duration
	failing    map[int]bool // items whose versions fail, by property
	badCheck   map[int]bool
	strangers  int
	twins      bool // two processes at once
	account    simulator.Options

	sim        *simulator.Simulator
	mu         sync.Mutex
	violations []string
	faults     map[string]int
	outcomes   map[string]int
	processes  int
	accepted   int
	killed     atomic.Int32
	foreign    map[string]bool // properties that somebody else has touched
	before     map[string]bool // activations that were there
}

func newStory(seed uint64) *story {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(all ...int) int { return all[r.IntN(len(all))] }
	s := &story{
		rand: r, properties: 1 + r.IntN(40), byPlan: r.IntN(2) == 0, chaosEvery: pick(0, 0, 20, 50, 100, 10),
		deaths: pick(0, 0, 1, 2, 3, 6), failing: map[int]bool{}, badCheck: map[int]bool{}, foreign: map[string]bool{},
		faults: map[string]int{}, outcomes: map[string]int{}, before: map[string]bool{},
		staging:    time.Duration(1+r.IntN(240)) * time.Second,
		production: time.Duration(30+r.IntN(900)) * time.Second,
	}
	s.deadly = s.deaths > 0
	s.networks = [][]simulator.Network{{simulator.Staging}, {simulator.Production}, {simulator.Staging, simulator.Production}}[r.IntN(3)]
	s.tolerate = pick(0, 0, 0, 1, 2, 5)
	s.onFailure = []rollout.OnFailure{rollout.Stop, rollout.RollbackWave, rollout.Rollback, rollout.Rollback}[r.IntN(4)]
	for range pick(0, 0, 0, 1, 2) {
		s.failing[r.IntN(s.properties)] = true
	}
	if r.IntN(4) == 0 {
		s.badCheck[r.IntN(s.properties)] = true
	}
	s.strangers, s.foreignIn = pick(0, 0, 0, 1, 2, 3), pick(0, 0, 0, 0, 10, 40)
	s.twins = pick(0, 0, 1) == 1
	s.world(pick)
	s.write()
	s.wishes(pick)
	return s
}

// world decides what the account is like.
func (s *story) world(pick func(...int) int) {
	s.options.Submit = []rollout.SubmitMode{rollout.SubmitSingle, rollout.SubmitSingle, rollout.SubmitBulk, rollout.SubmitBulk, rollout.SubmitAuto}[pick(0, 1, 2, 3, 4)]
	s.options.PartSize = pick(0, 1, 3, 10, 25)
	s.account = simulator.Options{
		Pace: s, RequestsPerMinute: 100, BulkInterval: time.Duration(pick(100, 500, 3000, 20_000)) * time.Millisecond,
		BulkItems: pick(0, 0, 0, 1, 4), ListLag: time.Duration(pick(0, 0, 0, 1, 4)) * time.Second,
		// Of two that look in one moment, it is PAPI's refusal that holds back one.
		RefuseNothing: pick(0, 0, 0, 1) == 1 && !s.twins,
	}
	if s.account.RefuseNothing || pick(0, 1) == 1 {
		// What PAPI does not refuse is known in time only when the allowance is that of the lists, and of the first
		// item of a bulk request.
		s.options.Lag = s.account.ListLag + time.Second
		if s.options.Submit != rollout.SubmitSingle {
			s.options.Lag += s.account.BulkInterval
		}
	}
	switch pick(0, 0, 0, 0, 0, 1, 2) {
	case 1:
		s.latency = 200 * time.Millisecond
		s.account.BurstBlock = simulator.BurstBlock{Requests: 15, Within: time.Second, For: 20 * time.Second}
	case 2:
		s.account.ActivationsPerDay = s.properties*len(s.networks) + 2
		s.account.ActivationsUsed = s.rand.IntN(s.properties*len(s.networks) + 1)
		s.options.OverBudget = pick(0, 1) == 1
	}
}

// wishes decides which options the processes are given.
func (s *story) wishes(pick func(...int) int) {
	if pick(0, 0, 0, 1) == 1 {
		s.through = fmt.Sprintf("wave-%d", 1+s.rand.IntN(len(s.waves)))
	}
	s.retries = pick(0, 0, 1) == 1
	name := id(s.rand.IntN(s.properties))
	switch pick(0, 0, 0, 0, 1, 2) {
	case 1:
		s.options.Skip = []string{name}
	case 2:
		s.options.Only = []string{name, id(s.rand.IntN(s.properties)), id(s.rand.IntN(s.properties))}
	}
}

// blind reports whether what a process has done right before it died may not have shown
// when the next one looked: it had no allowance for that. Then it cannot tell of it, and
// has PAPI's refusals alone.
func (s *story) blind() bool {
	bulk := s.options.Submit != rollout.SubmitSingle && s.options.Lag == 0
	return (bulk || s.options.Lag < s.account.ListLag) && s.killed.Load() > 0
}

// skips reports whether the options leave out a property.
func (s *story) skips(property string) bool {
	return slices.Contains(s.options.Skip, property) || len(s.options.Only) > 0 && !slices.Contains(s.options.Only, property)
}

// kinds names what was special.
func (s *story) kinds() map[string]int {
	all := map[string]int{"submit " + string(s.options.Submit): 1}
	for name, special := range map[string]bool{
		"lists lag": s.account.ListLag > 0, "two at once": s.twins, "two at once and deaths": s.twins && s.deadly, "refuses nothing": s.account.RefuseNothing, "burst block": s.latency > 0,
		"budget": s.account.ActivationsPerDay > 0, "over budget": s.options.OverBudget, "through": s.through != "", "retry": s.retries,
		"only": len(s.options.Only) > 0, "skip": len(s.options.Skip) > 0, "allowance": s.options.Lag > 0,
		"refuses nothing and lists lag": s.account.RefuseNothing && s.account.ListLag > 0, "bulk interrupted": s.account.BulkItems > 0,
	} {
		if special {
			all[name]++
		}
	}
	return all
}

// write writes the manifest.
func (s *story) write() {
	var b strings.Builder
	fmt.Fprintf(&b, "name: campaign\nnotify: [you@example.com]\nnote: A change\ntolerate: %d\non-failure: %s\nstrict: %v\nnetworks: [", s.tolerate, s.onFailure, s.rand.IntN(4) == 0)
	for i, n := range s.networks {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.ToLower(string(n)))
	}
	b.WriteString("]\nproperties:\n")
	if s.rand.IntN(2) == 0 {
		b.WriteString("  - select: {name: 'p*'}\n")
	} else {
		for i := range s.properties {
			fmt.Fprintf(&b, "  - prp_%d@3\n", 100001+i)
		}
	}
	b.WriteString("checks: {home: {http: 'https://{hostname}/', within: 1m}}\nwaves:\n")
	left := s.properties
	for n := s.rand.IntN(3); n > 0 && left > 1; n-- {
		take := 1 + s.rand.IntN(left-1)
		left -= take
		s.waves = append(s.waves, take)
		fmt.Fprintf(&b, "  - {take: %d%s%s}\n", take, s.checks(), s.atOnce())
	}
	s.waves = append(s.waves, left)
	fmt.Fprintf(&b, "  - {take: rest%s%s}\n", s.checks(), s.atOnce())
	s.manifest = b.String()
}

func (s *story) checks() string {
	return []string{"", "", ", checks: [home]", ", checks: [home], watch: 10m"}[s.rand.IntN(4)]
}

func (s *story) atOnce() string {
	n := []int{0, 0, 1, 5, 20}[s.rand.IntN(5)]
	s.atOnces = append(s.atOnces, n)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", at-once: %d", n)
}

// Steps makes a story the pace of its activations.
func (s *story) Steps(sub simulator.Submission) []simulator.Step {
	took := s.staging
	if sub.Network == simulator.Production {
		took = s.production
	}
	if sub.FastFallback {
		took = min(took, 10*time.Second)
	}
	took += time.Duration(sub.Serial%7) * time.Second
	return []simulator.Step{
		{Status: simulator.StatusNew},
		{After: min(time.Second, took/10), Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: took, Status: simulator.StatusActive, State: simulator.StateSteady},
	}
}

func (s *story) violate(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.violations) < 10 {
		s.violations = append(s.violations, fmt.Sprintf(format, args...))
	}
}

// request is the submission of somebody else.
func request(version int, network simulator.Network) papi.ActivationRequest {
	return papi.ActivationRequest{
		PropertyVersion: version, Network: papi.Network(network), NotifyEmails: []string{"other@example.com"}, AcknowledgeAllWarnings: true,
	}
}
