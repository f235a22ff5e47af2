package simulator

import (
	"fmt"
	"time"
)

const day = 24 * time.Hour

// SampleProperties returns the default properties of a Simulator, with a history that ends at now. All but one
// belong to contract ctr_C-SIM1 and group grp_10001.
//
//	prp_1001 www.example.com            versions 1 to 8: 7 active on both networks, 8 new, with two warnings in its rules
//	prp_1002 api.example.com            versions 1 to 4: 3 active on both, 4 new
//	prp_1003 shop_pm                    serves shop.example.com: 2 active on both, 3 new
//	prp_1004 broken.example.com         1 active on both, the rules of 2 have an error
//	prp_1005 slow.example.com           1 active on both, 2 adds 12 hostnames, which takes more than an hour
//	prp_1006 busy.example.com           2 active on both, somebody else's activation of 3 is pending on staging for two minutes
//	prp_1007 failing.example.com        1 active on both, 2 is accepted and then fails, 3 fails and PAPI says why
//	prp_1008 new.example.com            version 1, never activated
//	prp_1009 two-contracts.example.com  1 active on both, 2 new; contracts ctr_C-SIM1 and ctr_C-SIM2, groups grp_10001 and grp_10002
//	prp_1010 bucket.example.com         a hostname bucket: 1 active on both, one.bucket.example.com to
//	                                    three.bucket.example.com on staging, and the first of them on production
func SampleProperties(now time.Time) []Property {
	www := sample("prp_1001", "www.example.com", "www.example.com", 8, 7, now)
	www.Versions[7].Warnings = []Message{
		{
			Type: "validation/deprecated-behavior", Title: "Deprecated behavior",
			Location: "#/rules/children/0/behaviors/2", Detail: "The behavior in rule Performance is deprecated.",
		},
		{
			Type: "validation/long-cache-time", Title: "Long cache time",
			Location: "#/rules/children/1/behaviors/0", Detail: "The cache time in rule Static content is over a year.",
		},
	}
	broken := sample("prp_1004", "broken.example.com", "broken.example.com", 2, 1, now)
	broken.Versions[1].Errors = []Message{{
		Type: "validation/missing-origin", Title: "Missing origin",
		Location: "#/rules/behaviors", Detail: "The default rule has no origin server.",
	}}
	slow := sample("prp_1005", "slow.example.com", "slow.example.com", 2, 1, now)
	for _, name := range []string{"ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "nl", "pt", "zh"} {
		slow.Versions[1].Hostnames = append(slow.Versions[1].Hostnames, Hostname{Name: name + ".slow.example.com"})
	}
	failing := sample("prp_1007", "failing.example.com", "failing.example.com", 3, 1, now)
	failing.Versions[1].Fails = true
	failing.Versions[2].Fails = true
	failing.Versions[2].FailureCause = "An edge server could not load the configuration."
	two := sample("prp_1009", "two-contracts.example.com", "two-contracts.example.com", 2, 1, now)
	two.Pairs = []Pair{{Contract: "ctr_C-SIM1", Group: "grp_10001"}, {Contract: "ctr_C-SIM2", Group: "grp_10002"}}
	return []Property{
		www,
		sample("prp_1002", "api.example.com", "api.example.com", 4, 3, now),
		sample("prp_1003", "shop_pm", "shop.example.com", 3, 2, now),
		broken, slow, sampleBusy(now), failing,
		sample("prp_1008", "new.example.com", "new.example.com", 1, 0, now),
		two, sampleBucket(now),
	}
}

// SampleIncludes returns the default includes of a Simulator, with a history that ends at now.
//
//	inc_2001 security-headers  COMMON_SETTINGS: 2 active on both networks, 3 new
//	inc_2002 checkout          MICROSERVICES: 1 active on staging, 2 is not valid in www.example.com and shop_pm,
//	                           3 is refused because it has no compliance record, 4 is accepted and then fails
func SampleIncludes(now time.Time) []Include {
	headers := sampleInclude("inc_2001", "security-headers", 3, 2, now)
	headers.Type = CommonSettings
	checkout := sampleInclude("inc_2002", "checkout", 4, 1, now)
	checkout.Activations = checkout.Activations[:1]
	checkout.Versions[1].BrokenParents = []string{"www.example.com", "shop_pm"}
	checkout.Versions[2].Refusal = "missing_compliance_record"
	checkout.Versions[3].Fails = true
	checkout.Versions[3].FailureCause = "An edge server could not load the configuration."
	return []Include{headers, checkout}
}

func sampleInclude(id, name string, versions, active int, now time.Time) Include {
	p := sample(id, name, "", versions, active, now)
	for i := range p.Versions {
		p.Versions[i].Hostnames = nil
	}
	for i := range p.Activations {
		p.Activations[i].ID = fmt.Sprintf("00000000-0000-4000-8000-%s%08d", bareID("inc_", id), i+1)
		p.Activations[i].Fallback = nil
	}
	return Include{ID: id, Name: name, Note: "Sample include", Versions: p.Versions, Activations: p.Activations}
}

func sampleBucket(now time.Time) Property {
	p := sample("prp_1010", "bucket.example.com", "", 1, 1, now)
	p.Bucket = true
	p.Versions[0].Hostnames = nil
	for i := range p.Activations {
		p.Activations[i].ID = fmt.Sprintf("atv_%d", 4001+i)
	}
	const edge = "bucket.example.com.edgekey.net"
	hostnames := []Hostname{
		{Name: "one.bucket.example.com", EdgeHostname: edge},
		{Name: "two.bucket.example.com", EdgeHostname: edge},
		{Name: "three.bucket.example.com", EdgeHostname: edge},
	}
	p.Served = map[Network][]Hostname{Staging: hostnames, Production: hostnames[:1]}
	return p
}

// sample makes a property whose versions up to active were activated in turn, some days apart and the last one
// two days ago.
func sample(id, name, hostname string, versions, active int, now time.Time) Property {
	p := Property{ID: id, Name: name, Note: "Sample property"}
	for n := 1; n <= versions; n++ {
		updated := now.Add(-time.Hour)
		if n <= active {
			updated = now.Add(-2*day - time.Hour).Add(-time.Duration(active-n) * 7 * day)
		}
		p.Versions = append(p.Versions, Version{
			Number: n, Note: "Sample version", UpdatedBy: "sample.user", Updated: updated,
			Hostnames: []Hostname{
				{Name: hostname, EdgeHostname: hostname + ".edgekey.net"},
			},
		})
	}
	for n := 1; n <= active; n++ {
		at := now.Add(-2 * day).Add(-time.Duration(active-n) * 7 * day)
		p.Activations = append(p.Activations,
			sampleActivation(n, active, Staging, at, 90*time.Second),
			sampleActivation(n, active, Production, at.Add(time.Hour), 7*time.Minute),
		)
	}
	return p
}

// sampleActivation is a completed activation: ACTIVE for the active version, INACTIVE for earlier ones.
func sampleActivation(version, active int, network Network, at time.Time, took time.Duration) Activation {
	done := at.Add(took)
	a := Activation{
		Network: network, Version: version, Status: StatusActive, State: StateSteady,
		Submitted: at, Updated: done, Note: "Sample activation", NotifyEmails: []string{"team@example.com"},
	}
	if version < active {
		a.Status = StatusInactive
		a.Updated = done.Add(7 * day)
	}
	if version > 1 {
		a.Fallback = &Fallback{Possible: true, Version: version - 1, Steady: done}
	}
	return a
}

// sampleBusy has another user's activation in progress.
func sampleBusy(now time.Time) Property {
	p := sample("prp_1006", "busy.example.com", "busy.example.com", 3, 2, now)
	p.Activations = append(p.Activations, Activation{
		Network: Staging, Version: 3, Status: StatusPending, State: StateReceived, Submitted: now,
		Note: "Started by somebody else", NotifyEmails: []string{"other@example.com"},
		Steps: []Step{{After: 2 * time.Minute, Status: StatusActive, State: StateSteady}},
	})
	return p
}
