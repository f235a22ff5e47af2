package papi

import (
	"sync"
	"time"
)

// Delay describes requests that are held back to stay within the account's rate limit.
type Delay struct {
	Method string // of the request that waits
	Path   string // with the query, without the account switch key
	// Until is when it will be sent, by the current estimate.
	Until time.Time
	// Refused reports that PAPI has refused a request and named this time. Otherwise nothing was refused, and
	// the request waits for those ahead of it.
	Refused bool
	// Ahead is how many requests are ahead of it, from everybody who shares the account's pace.
	Ahead int
}

// tellAfter is the total delay after which Options.ObserveDelay is called.
const tellAfter = 5 * time.Second

// delays adds up the time during which at least one request was held back, and reports it once.
type delays struct {
	clock clock
	tell  func(Delay) // nil: nobody

	mu      sync.Mutex // guards what follows
	waiting int
	since   time.Time     // when the current wait began
	total   time.Duration // of the waits before it
	told    bool
}

// begin records that a request begins to wait.
func (d *delays) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == 0 {
		d.since = time.Now()
	}
	d.waiting++
}

// end records that a request has stopped waiting.
func (d *delays) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting--; d.waiting == 0 {
		d.total += time.Since(d.since)
	}
}

// expect reports the delay if the total, with this wait, will exceed tellAfter.
func (d *delays) expect(cl call, delay Delay) {
	d.mu.Lock()
	total := d.total
	if d.waiting > 0 {
		total += time.Since(d.since)
	}
	tell := !d.told && d.tell != nil && total+time.Until(delay.Until) > d.clock.real(tellAfter)
	d.told = d.told || tell
	d.mu.Unlock()
	if tell {
		delay.Method, delay.Path = cl.method, cl.target.String()
		d.tell(delay)
	}
}
