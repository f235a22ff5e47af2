package activation_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// Time passes this much faster in the examples than at Akamai.
const exampleSpeed = 600

// newExampleEngine returns an engine over a simulated PAPI, where an activation is
// active when it is asked for the third time. One over the real PAPI has neither
// Transport nor Speed.
func newExampleEngine() *activation.Engine {
	sim := simulator.New(simulator.Options{Speed: exampleSpeed, Pace: simulator.Looks(3)})
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: sim.Transport(), Speed: exampleSpeed})
	if err != nil {
		log.Fatal(err)
	}
	return &activation.Engine{API: client, Includes: client, Speed: exampleSpeed}
}

// Activate a version, unless it is active or on its way already, and wait until it is
// active.
func ExampleEngine_Activate() {
	engine := newExampleEngine()
	target := activation.Target{
		Property: papi.PropertyRef{PropertyID: "prp_1001"}, Network: papi.Staging, Version: 8,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}, Note: "release 8"},
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Minute, activation.ErrTimeout)
	defer cancel()

	for range 2 { // the second call finds that there is nothing left to do
		result, err := engine.Activate(ctx, target)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s version %d on %s: %s\n", result.PropertyName, result.Version, result.Network, result.Outcome)
	}
	// Output:
	// www.example.com version 8 on STAGING: active
	// www.example.com version 8 on STAGING: already-active
}

// Wait for an activation that was submitted elsewhere, and say when it is found and
// when its status changes.
func ExampleEngine_Wait() {
	engine := newExampleEngine()
	property := papi.PropertyRef{PropertyID: "prp_1001"}
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Minute, activation.ErrTimeout)
	defer cancel()
	submitted, err := engine.Activate(ctx, activation.Target{
		Property: property, Network: papi.Staging, Version: 8, NoWait: true,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(submitted.Outcome)

	engine.Observe = func(e activation.Event) {
		if e.Kind == activation.EventAdopted || e.Kind == activation.EventChanged {
			fmt.Println(e.Kind, e.Activation.Status)
		}
	}
	result, err := engine.Wait(ctx, activation.Selection{Property: property, Network: papi.Staging})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Outcome)
	// Output:
	// submitted
	// adopted PENDING
	// changed ACTIVE
	// active
}

// Find out why a version was not activated.
func ExampleEngine_Activate_errors() {
	engine := newExampleEngine()
	_, err := engine.Activate(context.Background(), activation.Target{
		Property: papi.PropertyRef{PropertyID: "prp_1006"}, Network: papi.Staging, Version: 1, FailIfPending: true,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	})
	if busy, ok := errors.AsType[*activation.BusyError](err); ok {
		fmt.Println("version", busy.Blocker.PropertyVersion, "is", busy.Blocker.Status)
	} else if failed, ok := errors.AsType[*activation.FailedError](err); ok {
		fmt.Println("it ended as", failed.Outcome)
	} else if stopped, ok := errors.AsType[*activation.StoppedError](err); ok {
		fmt.Println("not waited for to the end; it goes on at Akamai:", stopped.Activation != nil)
	} else if err != nil {
		log.Fatal(err)
	}
	// Output:
	// version 3 is PENDING
}

// Activate an include.
func ExampleTarget_include() {
	engine := newExampleEngine()
	result, err := engine.Activate(context.Background(), activation.Target{
		Include: papi.IncludeRef{IncludeID: "inc_2001"}, Network: papi.Staging, Version: 3,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s version %d: %s\n", result.PropertyName, result.Version, result.Outcome)
	// Output:
	// security-headers version 3: active
}
