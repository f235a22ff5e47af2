package papi_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// newExampleClient returns a client of a simulated PAPI. A client of the real one has
// credentials of [papi.CredentialsFromFile] and no Transport.
func newExampleClient() *papi.Client {
	sim := simulator.New(simulator.Options{})
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: sim.Transport()})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

// List the properties of a contract and a group, and what is active on staging.
func Example() {
	client, ctx := newExampleClient(), context.Background()

	list, err := client.Properties(ctx, papi.ListQuery{ContractID: "ctr_C-SIM1", GroupID: "grp_10001"})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range list.Items[:3] {
		fmt.Printf("%s %s: version %d is active on staging, %d is the latest\n", p.PropertyID, p.PropertyName, p.StagingVersion, p.LatestVersion)
	}
	// Output:
	// prp_1001 www.example.com: version 7 is active on staging, 8 is the latest
	// prp_1002 api.example.com: version 3 is active on staging, 4 is the latest
	// prp_1003 shop_pm: version 2 is active on staging, 3 is the latest
}

// A client of Akamai, with the credentials of a section of an .edgerc file.
func ExampleNew() {
	credentials, warnings, err := papi.CredentialsFromFile("/home/you/.edgerc", "default")
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range warnings {
		log.Print(w)
	}
	client, err := papi.New(credentials, papi.Options{UserAgent: "example/1.0"})
	if err != nil {
		log.Fatal(err)
	}
	found, err := client.FindByValue(context.Background(), papi.SearchQuery{Hostname: "www.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	for _, version := range found.Items {
		fmt.Println(version.PropertyID, version.PropertyName, version.PropertyVersion)
	}
}

// List the activations of a property that is found by its name.
func ExampleClient_Activations() {
	client, ctx := newExampleClient(), context.Background()

	found, err := client.FindByValue(ctx, papi.SearchQuery{PropertyName: "busy.example.com"})
	if err != nil {
		log.Fatal(err)
	}
	if len(found.Items) == 0 {
		log.Fatal("there is no such property")
	}
	list, err := client.Activations(ctx, papi.PropertyRef{PropertyID: found.Items[0].PropertyID})
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range list.Items {
		fmt.Println(a.Network, "version", a.PropertyVersion, a.Status)
	}
	// Unordered output:
	// STAGING version 3 PENDING
	// STAGING version 2 ACTIVE
	// STAGING version 1 INACTIVE
	// PRODUCTION version 2 ACTIVE
	// PRODUCTION version 1 INACTIVE
}

// Tell apart what went wrong by the class of the error.
func ExampleClass() {
	client := newExampleClient()

	_, err := client.CreateActivation(context.Background(), papi.PropertyRef{PropertyID: "prp_1006"}, papi.ActivationRequest{
		PropertyVersion: 1, Network: papi.Staging, NotifyEmails: []string{"you@example.com"}, AcknowledgeAllWarnings: true,
	})
	problem, ok := errors.AsType[*papi.Error](err)
	switch {
	case errors.Is(err, papi.ClassBusy):
		fmt.Println("another activation is in progress")
	case ok && problem.Uncertain():
		fmt.Println("it may have been accepted: list the activations before it is submitted again")
	case err != nil:
		log.Fatal(err)
	}
	// Output:
	// another activation is in progress
}
