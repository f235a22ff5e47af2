package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault makes requests of an operation go wrong. A request meets one fault at most:
// the first that was injected and is not used up. Requests that are rejected before
// (signature, rate limit) meet none. A Fault is plain data and may be injected often.
type Fault struct {
	// Name is how the log shows the fault; empty: made of the other members.
	Name      string
	Operation Operation // empty: OpAny
	Times     int       // how many requests meet it; 0 means 1, a negative one all
	Skip      int       // how many requests pass before
	// After lets the operation have its effect first; then its answer is replaced.
	After bool

	// What goes wrong. With a Status, the answer is that status with Header and Body,
	// or the usual problem of that status when there is no Body. With only a Delay the
	// right answer comes, but late.
	Status    int
	Header    http.Header
	Body      string
	Drop      bool          // the connection is cut
	Malformed bool          // the body is cut off in the middle
	Delay     time.Duration // of the client's time; before the effect, or after it with After
	// Foreign lets somebody else activate another version on the same network right before
	// the operation, which then finds it in its way.
	Foreign bool

	// Pause, of simulated time, fills in times: in Header and Body, {next} is when it is over and
	// {seconds} how many seconds that takes, rounded up, both of the client's time. {instance},
	// {host} and {method} are filled in as well.
	Pause time.Duration
}

func (f Fault) onlyDelays() bool { return f.Status == 0 && !f.Drop && !f.Malformed }

// String shows the fault as ParseFault reads it, without how often.
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

// pendingFault is a fault that is not used up.
type pendingFault struct {
	Fault

	skip, left int
}

// Inject adds a fault, behind those that are there.
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

// answer replaces the right answer, which is nil when the operation was not done. It
// is nil for a dropped connection.
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

// malformed cuts a JSON body in half.
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

// usualProblem is what PAPI answers with that status most of the time.
func (c *call) usualProblem(status int) *answer {
	if status < http.StatusBadRequest {
		return newAnswer(status, "", nil)
	}
	if known, ok := Known()[usualFault(status)]; ok {
		return known.faulty(c)
	}
	title := cmp.Or(http.StatusText(status), "Error")
	kind := "http/" + strings.ReplaceAll(strings.ToLower(title), " ", "-")
	return c.problem(status, kind, title, fmt.Sprintf("The simulator was told to answer %d.", status))
}
