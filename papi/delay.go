package papi

import (
	"sync"
	"time"
)

// Delay says that requests are held back so that an account stays within what PAPI
// allows it.
type Delay struct {
	Method string // of the request that waits
	Path   string // with the query, without the account switch key
	// Until is when it will be sent, as it looks now.
	Until time.Time
	// Refused says that PAPI has refused a request and named this time. Otherwise
	// nothing was refused: others are before it in the line.
	Refused bool
	// Ahead is how many requests are before it, of all who share the account's pace.
	Ahead int
}

// tellAfter is how long requests wait, all in all, before that is told.
const tellAfter = 5 * time.Second

// delays adds up for how long requests were held back, and tells of it once. Times
// in which several wait count once.
type delays struct {
	clock clock
	tell  func(Delay) // nil: nobody

	mu      sync.Mutex // guards what follows
	waiting int
	since   time.Time     // when the first of those began
	total   time.Duration // before that
	told    bool
}

// begin says that a request begins to wait.
func (d *delays) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == 0 {
		d.since = time.Now()
	}
	d.waiting++
}

// end says that a request does not wait any more.
func (d *delays) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting--; d.waiting == 0 {
		d.total += time.Since(d.since)
	}
}

// expect tells of a delay if it will have been a long one, with those before it.
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
