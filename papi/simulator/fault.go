package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault makes requests of an operation fail. A request meets at most one fault: the first injected one that is
// not used up. Requests that are refused earlier (signature, rate limit) meet none. A Fault is plain data and
// may be injected repeatedly.
type Fault struct {
	// Name is shown in the log; empty: derived from the other members.
	Name      string
	Operation Operation // empty: OpAny
	Times     int       // how many requests meet it; 0 means 1, a negative one all
	Skip      int       // how many requests pass first
	// After performs the operation before its answer is replaced.
	After bool

	// The failure. With a Status, the answer has that status, Header and Body; without a Body, the usual
	// problem of that status. With only a Delay, the normal answer comes late.
	Status    int
	Header    http.Header
	Body      string
	Drop      bool          // the connection is cut
	Malformed bool          // the body is truncated
	Delay     time.Duration // of the client's time; before the effect, or after it with After
	// Foreign makes another user activate another version on the same network just before the operation.
	Foreign bool

	// Pause, in simulated time, is filled into Header and Body: {next} becomes the time when it ends, {seconds}
	// its length in whole seconds, rounded up, both by the client's clock. {instance}, {host} and {method} are
	// replaced as well.
	Pause time.Duration
}

func (f Fault) onlyDelays() bool { return f.Status == 0 && !f.Drop && !f.Malformed }

// String formats the fault for ParseFault, without @N.
func (f Fault) String() string {
	what := f.Name
	switch {
	case what != "":
	case f.Drop:
		what = "drop"
	case f.Malformed:
		what = "malformed"
	case f.Foreign:
		what = "foreign"
	case f.Status != 0:
		what = strconv.Itoa(f.Status)
	default:
		what = "delay:" + f.Delay.String()
	}
	if f.After {
		what += "-after"
	}
	return string(cmp.Or(f.Operation, OpAny)) + "=" + what
}

// pendingFault is an injected fault that is not used up.
type pendingFault struct {
	Fault

	skip, left int
}

// Inject adds a fault after those already injected.
func (s *Simulator) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Operation = cmp.Or(f.Operation, OpAny)
	f.Header = f.Header.Clone()
	s.faults = append(s.faults, &pendingFault{Fault: f, skip: f.Skip, left: cmp.Or(f.Times, 1)})
}

// nextFault returns the fault that a request of the operation meets, or nil.
func (s *Simulator) nextFault(operation Operation) *Fault {
	for _, f := range s.faults {
		if f.left == 0 || f.Operation != OpAny && f.Operation != operation {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return &f.Fault
	}
	return nil
}

// answer replaces the normal answer, which is nil if the operation was not performed. It returns nil for a cut
// connection.
func (f *Fault) answer(c *call, right *answer) *answer {
	switch {
	case f.onlyDelays():
		return right
	case f.Drop:
		return nil
	case f.Malformed:
		return f.malformed(c, right)
	default:
		return f.faulty(c)
	}
}

// malformed truncates a JSON body to its first half.
func (f *Fault) malformed(c *call, right *answer) *answer {
	if right != nil && len(right.body) > 1 {
		right.body = right.body[:len(right.body)/2]
		return right
	}
	return newAnswer(cmp.Or(f.Status, c.route.operation.success()), typeJSON, []byte(`{"activations":{"items":[{"acti`))
}

func (f *Fault) faulty(c *call) *answer {
	var a *answer
	if f.Body == "" {
		a = c.usualProblem(f.Status)
	} else {
		a = newAnswer(f.Status, "text/plain; charset=utf-8", []byte(f.fill(c, f.Body)))
		if strings.HasPrefix(f.Body, "{") {
			a.header.Set("Content-Type", typeProblem)
			if f.Status < http.StatusBadRequest {
				a.header.Set("Content-Type", typeJSON)
			}
		}
	}
	for name, values := range f.Header {
		a.header.Del(name)
		for _, value := range values {
			a.header.Add(name, f.fill(c, value))
		}
	}
	return a
}

func (f *Fault) fill(c *call, text string) string {
	return strings.NewReplacer(
		"{next}", c.clock.clients(time.Now()).Add(c.clock.toldFor(f.Pause)).UTC().Format(millis),
		"{seconds}", seconds(c.clock.toldFor(f.Pause)),
		"{instance}", c.instance(),
		"{host}", c.host(),
		"{method}", c.r.Method,
	).Replace(text)
}

// usualProblem is PAPI's most common problem with that status.
func (c *call) usualProblem(status int) *answer {
	if status < http.StatusBadRequest {
		return newAnswer(status, "", nil)
	}
	if known, ok := KnownFaults()[usualFault(status)]; ok {
		return known.faulty(c)
	}
	title := cmp.Or(http.StatusText(status), "Error")
	kind := "http/" + strings.ReplaceAll(strings.ToLower(title), " ", "-")
	return c.problem(status, kind, title, fmt.Sprintf("The simulator was told to answer %d.", status))
}
