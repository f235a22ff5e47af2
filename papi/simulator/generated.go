package simulator

import (
	"fmt"
	"time"
)

// firstGenerated is the id of the first property of Properties.
const firstGenerated = 100001

// Properties returns n properties for large tests, with a history that ends at now. They are named
// p00001.example.com and so on, and spread over the given number of groups of contract ctr_C-SIM1, from
// grp_10001 on; 0 means one group. Each has three versions. Version 2 is active on both networks, except that
// every tenth property has 3 active on staging, and every fiftieth has no active version.
func Properties(n, groups int, now time.Time) []Property {
	groups = max(1, groups)
	all := make([]Property, 0, n)
	for i := range n {
		name := fmt.Sprintf("p%05d.example.com", i+1)
		p := Property{
			ID: fmt.Sprintf("prp_%d", firstGenerated+i), Name: name, Note: "Generated property",
			Pairs: []Pair{{Contract: defaultContract, Group: fmt.Sprint(10001 + i%groups)}},
		}
		for v := 1; v <= 3; v++ {
			p.Versions = append(p.Versions, Version{
				Number: v, Note: "Generated version", UpdatedBy: "sample.user", Updated: now.Add(-time.Duration(4-v) * 7 * day),
				Hostnames: []Hostname{{Name: name, EdgeHostname: "generated.example.com.edgekey.net"}},
			})
		}
		const tenth, fiftieth = 10, 50
		staging := 2
		if (i+1)%tenth == 0 {
			staging = 3
		}
		if (i+1)%fiftieth != 0 {
			at := now.Add(-2 * day)
			p.Activations = []Activation{
				sampleActivation(staging, staging, Staging, at, 90*time.Second),
				sampleActivation(2, 2, Production, at.Add(time.Hour), 7*time.Minute),
			}
		}
		all = append(all, p)
	}
	return all
}
