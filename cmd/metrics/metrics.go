// Package metrics renders the result of a run for Prometheus.
package metrics

import (
	"slices"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// What a run leaves for Prometheus: how it ended, how long it took, what it cost.
// Samples have the labels command and property, so that the files of several jobs
// can lie in one folder.

// Render renders --metrics-file.
func Render(d *result.Document, rec *journal.Run) ([]byte, error) {
	e := &exposition{}
	ofRun := []label{{"command", d.Command}, {"property", d.Name()}}
	e.run(d, rec, ofRun)
	e.networks(d, ofRun)
	e.limits(d, ofRun)
	e.states(d)
	e.waves(d)
	return e.bytes(), nil
}

// run adds the metrics of the run as a whole.
func (e *exposition) run(d *result.Document, rec *journal.Run, labels []label) {
	now := time.Now()
	one := func(name, kind, help string, value float64) { e.family(name, kind, help).add(value, labels) }
	one("propctl_last_run_timestamp_seconds", kindGauge, "When the run ended, in seconds since 1970.", float64(now.Unix()))
	one("propctl_run_duration_seconds", kindGauge, "How long the run took.", result.Seconds(now.Sub(rec.Begun)))
	one("propctl_exit_code", kindGauge, "Exit code of the run; 0 is a success.", float64(d.ExitCode))
	one("propctl_requests_total", kindCounter, "Requests sent to PAPI in the run, repeats included.", float64(d.Requests.Total))
	one("propctl_request_retries_total", kindCounter, "Requests and submissions that were repeated in the run.", float64(d.Requests.Retries))
	one("propctl_rate_limited_total", kindCounter, "Requests that PAPI refused in the run because there were too many.", float64(d.Requests.RateLimited))
	e.family("propctl_outcome", kindGauge, "How the run ended, as the label outcome; always 1.").
		add(1, append(slices.Clip(labels), label{"outcome", d.Outcome}))
}

// networks adds the metrics of each network.
func (e *exposition) networks(d *result.Document, labels []label) {
	waited := e.family("propctl_wait_seconds", kindGauge, "How long the run was busy with the network.")
	took := e.family("propctl_activation_duration_seconds", kindGauge, "How long the activation took, from its submission until it was active.")
	version := e.family("propctl_target_version", kindGauge, "The version that the run was about.")
	for _, one := range d.Parts() {
		if one.Network == nil {
			continue
		}
		of := onNetwork(labels, *one.Network)
		if one.WaitedSeconds != nil {
			waited.add(*one.WaitedSeconds, of)
		}
		if a := one.Activation; a != nil && a.Status == result.Status(papi.StatusActive) && a.SubmitDate != nil && a.UpdateDate != nil && !a.UpdateDate.Before(*a.SubmitDate) {
			took.add(result.Seconds(a.UpdateDate.Sub(*a.SubmitDate)), of)
		}
		if one.Version != nil {
			version.add(float64(*one.Version), of)
		}
	}
}

func onNetwork(labels []label, n papi.Network) []label {
	return append(slices.Clip(labels), label{"network", string(n)})
}

// limits adds PAPI's limits, as it reported them last.
func (e *exposition) limits(d *result.Document, labels []label) {
	one := func(name, help string, value *int) {
		f := e.family(name, kindGauge, help)
		if value != nil {
			f.add(float64(*value), labels)
		}
	}
	if b := d.Budget; b != nil {
		one("propctl_budget_limit", "Activations that the account may make in a day.", b.Limit)
		one("propctl_budget_remaining", "Activations that were left of the day when PAPI last said.", b.Remaining)
	}
	if r := d.RequestLimit; r != nil {
		one("propctl_request_limit", "Requests that the client may make in a minute.", r.Limit)
		one("propctl_requests_remaining", "Requests that were left of the minute.", r.Remaining)
	}
}

// states adds the states that status and pending have read.
func (e *exposition) states(d *result.Document) {
	active := e.family("propctl_active_version", kindGauge, "The version that is active on the network; 0 where none is.")
	pending := e.family("propctl_pending_activations", kindGauge, "Activations that are on their way on the network.")
	latest := e.family("propctl_latest_version", kindGauge, "The latest version.")
	for _, s := range slices.Concat(d.Properties, d.Includes) {
		if s.Error != nil || s.Property == nil {
			continue
		}
		name := string(s.ID)
		if s.Name != nil {
			name = *s.Name
		}
		labels := []label{{"command", d.Command}, {"property", name}}
		if s.LatestVersion != nil {
			latest.add(float64(*s.LatestVersion), labels)
		}
		for _, n := range s.Networks {
			of, number := onNetwork(labels, n.Network), 0
			if n.Active != nil {
				number = n.Active.Version
			}
			active.add(float64(number), of)
			pending.add(float64(len(n.Pending)), of)
		}
	}
}
