package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// fewRequests is how many requests are shown unfolded after a failure.
const fewRequests = 12

// Of many requests the first and the last are shown.
const (
	mostFirst = 100
	mostLast  = 150
)

// requestList lists the requests that were sent.
func requestList(d *result.Document, r *journal.Run) node {
	_, requests, omitted := r.Snapshot()
	if len(requests) == 0 {
		return node{}
	}
	summary := counter(d.Requests.Total, "request")
	if n := d.Requests.Retries; n > 0 {
		summary += ", " + counter(n, "retry")
	}
	if n := d.Requests.RateLimited; n > 0 {
		summary += ", " + strconv.Itoa(n) + " rate limited"
	}
	first, last := requests, []journal.Request(nil)
	if len(requests) > mostFirst+mostLast {
		first, last = requests[:mostFirst], requests[len(requests)-mostLast:]
	}
	between := len(requests) - len(first) - len(last)
	return folded(summary, d.Error != nil && len(requests) <= fewRequests,
		requestTable("requests to PAPI", first),
		leftOut(between),
		requestTable("the last requests to PAPI", last),
		leftOut(omitted),
		el("p", "note", written("Times are UTC. Akamai's support asks for the instance of a request.")),
	)
}

// folded is content that the reader can unfold.
func folded(summary string, open bool, content ...node) node {
	var attributes []attribute
	if open {
		attributes = []attribute{{"open", "open"}}
	}
	return elWith("details", attributes, el("summary", "", written(summary)), several(content...))
}

func requestTable(label string, all []journal.Request) node {
	g := &grid{label: label, columns: []string{"Time", "Request", "Answer", "Took", "Instance"}, most: 2 * mostOfList}
	for _, q := range all {
		class := markup("")
		if q.Class != "" || q.Err != nil {
			class = "went-wrong"
		}
		path, query, _ := strings.Cut(q.Path, "?")
		if query != "" {
			query = "?" + query
		}
		g.row(class,
			clockNode(q.At),
			several(el("b", "method", upTo(term.MaxName, q.Method)), written(" "), el("code", "", upTo(term.MaxName, path)), el("code", "muted", upTo(term.MaxName, query))),
			answerNode(q),
			el("span", "number", written(tookText(q.Elapsed))),
			codeOf(q.Instance),
		)
	}
	return g.node()
}

// answerNode shows the answer, and how the program classified it.
func answerNode(q journal.Request) node {
	answer := "no answer"
	switch {
	case !q.Sent:
		answer = "not sent"
	case q.StatusCode > 0:
		answer = strconv.Itoa(q.StatusCode)
	}
	parts := []node{el("b", "", written(answer))}
	if q.Class != "" {
		parts = append(parts, el("div", "nowrap", upTo(term.MaxName, string(q.Class))))
	}
	if q.StatusCode == 0 && q.Err != nil {
		parts = append(parts, el("div", "muted", upTo(term.MaxName, q.Err.Error())))
	}
	if q.Retry {
		parts = append(parts, el("div", "again", written("again after "+briefly(q.Pause))))
	}
	return several(parts...)
}

func tookText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// clockNode is a time of the day.
func clockNode(t time.Time) node {
	return elWith("time", []attribute{{"datetime", term.Timestamp(t)}, {"class", "number"}}, written(t.UTC().Format("15:04:05")))
}

// eventList lists the events in the words of the terminal output.
func eventList(r *journal.Run) node {
	moments, _, omitted := r.Snapshot()
	var lines []node
	for _, m := range append(moments, r.Rollout()...) {
		line, always := m.Text()
		if !always {
			continue
		}
		lines = append(lines, el("li", "", clockNode(m.At), written(" "), upTo(maxText, line)))
	}
	if len(lines) == 0 {
		return node{}
	}
	kept, left := within(mostOfList, lines)
	return folded(counter(len(lines), "event"), false, el("ol", "events", kept...), leftOut(left+omitted))
}
