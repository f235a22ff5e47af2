package simulator

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// task is the progress of one item of a bulk request.
type task string

// The states of an item. A job is complete when no item is pending or in progress, which says nothing about the
// activations that were started.
const (
	taskPending     task = "PENDING"
	taskInProgress  task = "IN_PROGRESS"
	taskComplete    task = "COMPLETE"
	taskInterrupted task = "INTERRUPTED"
	taskRefused     task = "SUBMISSION_ERROR"
)

// bulkFamily is a kind of bulk request, with the names of its members.
type bulkFamily struct {
	path, link                           string
	id, status, submitted, updated, list string
}

func activationJobs() bulkFamily {
	return bulkFamily{
		path: "activations", link: "bulkActivationLink", id: "bulkActivationId", status: "bulkActivationStatus",
		submitted: "bulkActivationSubmitDate", updated: "bulkActivationUpdateDate", list: "activatePropertyVersions",
	}
}

func versionJobs() bulkFamily {
	return bulkFamily{
		path: "property-version-creations", link: "bulkCreateVersionLink", id: "bulkCreateId", status: "bulkCreateVersionsStatus",
		submitted: "bulkCreateVersionSubmitDate", updated: "bulkCreateVersionUpdateDate", list: "createPropertyVersions",
	}
}

func patchJobs() bulkFamily {
	return bulkFamily{
		path: "rules-patch-requests", link: "bulkPatchLink", id: "bulkPatchId", status: "bulkPatchStatus",
		submitted: "bulkPatchSubmitDate", updated: "bulkPatchUpdateDate", list: "patchPropertyVersions",
	}
}

func searchJobs() bulkFamily {
	return bulkFamily{
		path: "rules-search-requests", link: "bulkSearchLink", id: "bulkSearchId", status: "searchTargetStatus",
		submitted: "searchSubmitDate", updated: "searchUpdateDate", list: "results",
	}
}

// jobItem is one piece of a job. Items are done one after the other.
type jobItem interface {
	// perform does the work and returns the resulting state.
	perform(s *Simulator, c *call) task
	// show returns the item's rows in the job's answer; a search has any number of them.
	show(s *Simulator, c *call, p progress) []any
}

// progress is the state of an item, and since when it holds.
type progress struct {
	task               task
	submitted, updated time.Time
}

// job is a bulk request that was accepted. Its items are done one by one over time.
type job struct {
	id      int
	family  bulkFamily
	call    *call // the request that created it
	started time.Time
	items   []jobItem
	done    []progress     // one for each item that was done
	more    map[string]any // constant members of the answer
}

func (j *job) complete() bool { return len(j.done) == len(j.items) }

// due is when the next item is done.
func (j *job) due(interval time.Duration) time.Time {
	return j.started.Add(time.Duration(len(j.done)+1) * interval)
}

// work does the items of all jobs that are due by now, in chronological order.
func (s *Simulator) work(now time.Time) {
	for {
		var next *job
		for _, j := range s.jobs {
			if !j.complete() && !j.due(s.bulkInterval).After(now) && (next == nil || j.due(s.bulkInterval).Before(next.due(s.bulkInterval))) {
				next = j
			}
		}
		if next == nil {
			return
		}
		s.step(next, next.due(s.bulkInterval))
	}
}

// step does the job's next item, as of the time when it was due.
func (s *Simulator) step(j *job, at time.Time) {
	c := *j.call
	c.sim, c.told = at, s.clock.told(at)
	p := progress{task: taskInterrupted, submitted: at, updated: at}
	if s.bulkEnd == 0 || len(j.done) < s.bulkEnd {
		p.task = j.items[len(j.done)].perform(s, &c)
	}
	j.done = append(j.done, p)
}

// beginJob accepts a bulk request.
func (s *Simulator) beginJob(c *call, family bulkFamily, list []jobItem, more map[string]any) *job {
	j := &job{id: len(s.jobs) + 1, family: family, call: c, started: c.sim, items: list, more: more}
	s.jobs = append(s.jobs, j)
	return j
}

// accepted is the answer to a bulk request.
func (j *job) accepted(c *call) *answer {
	to := "/papi/v0/bulk/" + j.family.path + "/" + strconv.Itoa(j.id)
	if contract, group := c.asked(); contract != "" && group != "" {
		to += "?contractId=" + c.id("ctr_", contract) + "&groupId=" + c.id("grp_", group)
	}
	a := jsonAnswer(http.StatusAccepted, map[string]string{j.family.link: to})
	a.header.Set("Location", to)
	return a
}

// showJob shows the progress of a job of the family.
func showJob(family bulkFamily) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		id, err := strconv.Atoi(c.named("job"))
		if err != nil || id < 1 || id > len(s.jobs) || s.jobs[id-1].family != family {
			return c.notFound("bulk request " + c.named("job"))
		}
		return jsonAnswer(http.StatusOK, s.jobs[id-1].view(s, c))
	}
}

func (j *job) view(s *Simulator, c *call) map[string]any {
	updated, status := j.started, taskPending
	list := []any{}
	for i, item := range j.items {
		p := progress{task: taskPending, submitted: j.started, updated: j.started}
		switch {
		case i < len(j.done):
			p = j.done[i]
			updated, status = p.updated, taskInProgress
		case i == len(j.done) && i > 0:
			p.task = taskInProgress
		}
		list = append(list, item.show(s, c, p)...)
	}
	if j.complete() {
		status = taskComplete
	}
	view := map[string]any{
		j.family.id: j.id, j.family.status: status, j.family.list: list,
		j.family.submitted: c.stamp(j.started), j.family.updated: c.stamp(updated),
	}
	maps.Copy(view, j.more)
	return view
}

// refusal is a problem in the form that items of bulk requests have.
type refusal struct {
	fatal            string
	errors, warnings []problem
}

func refusalOf(a *answer) refusal {
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		return refusal{fatal: http.StatusText(a.status)}
	}
	r := refusal{errors: p.Errors, warnings: p.Warnings}
	if len(p.Errors)+len(p.Warnings) == 0 {
		r.fatal = cmp.Or(p.Detail, p.Title)
	}
	return r
}

// itemProperty returns the property that an item names, brought up to the time of the call.
func (s *Simulator) itemProperty(c *call, id idText) (*property, *answer) {
	p := s.property(id.bare("prp_"))
	if p == nil {
		return nil, c.notFound("property " + string(id))
	}
	p.advance(c.sim)
	return p, nil
}
