package rollout_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// Activate two properties on staging in two waves, as a manifest says. A rollout over the real PAPI has neither
// Transport nor Speed.
func ExampleRunner_Apply() {
	const speed = 6000 // simulated seconds in one real second
	ctx, sim := context.Background(), simulator.New(simulator.Options{Speed: speed, Pace: simulator.Fixed(time.Minute, time.Minute)})
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: sim.Transport(), Speed: speed})
	if err != nil {
		log.Fatal(err)
	}

	manifest, err := rollout.ParseManifest([]byte(`
name: checkout
networks: [staging]
notify: [you@example.com]
properties: [www.example.com@8, api.example.com]
waves: [{name: canary, take: 1}, {name: others, take: rest}]
`))
	if err != nil {
		log.Fatal(err)
	}
	plan, err := rollout.Resolve(ctx, client, manifest, time.Now())
	if err != nil {
		log.Fatal(err)
	}
	runner := &rollout.Runner{API: client}
	result, err := runner.Apply(ctx, plan, rollout.Options{Speed: speed})
	if err != nil {
		log.Fatal(err)
	}
	for _, wave := range result.Waves {
		for _, item := range wave.Items {
			fmt.Printf("%s: %s version %d on %s: %s\n", wave.Name, item.Name, item.Version, item.Network, item.State)
		}
	}
	fmt.Println(result.Outcome)
	// Output:
	// canary: www.example.com version 8 on STAGING: active
	// others: api.example.com version 4 on STAGING: active
	// rolled-out
}
