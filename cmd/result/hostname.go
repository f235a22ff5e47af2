package result

import "github.com/propctl/propctl/papi"

// Hostname is a hostname. What serves it is null where PAPI did not say.
type Hostname struct {
	CNAMEFrom            string           `json:"cnameFrom"`
	CNAMETo              *string          `json:"cnameTo"`
	EdgeHostnameID       *papi.ID         `json:"edgeHostnameId"`
	CertProvisioningType *string          `json:"certProvisioningType"`
	CertStatus           *papi.CertStatus `json:"certStatus,omitempty"`
	Networks             []papi.Network   `json:"networks,omitempty"` // of a bucket: where it is served so
}

// HostnameChange is what became of the hostnames.
type HostnameChange struct {
	Base    *int     `json:"base"`    // the version that the new one is made from; null with a hostname bucket
	Version *int     `json:"version"` // the version that has them now
	Created bool     `json:"created"` // this run made the version
	Resumed bool     `json:"resumed"` // an earlier run had made it
	Added   []string `json:"added"`
	Removed []string `json:"removed"`

	EdgeHostnames []EdgeHostname `json:"edgeHostnames"` // that were named, and had to be looked up
}

// EdgeHostname is an edge hostname by its name, and the id that was found for it.
type EdgeHostname struct {
	Name string  `json:"name"`
	ID   papi.ID `json:"id"`
}

// HostnamesPlan is how hostnames change.
type HostnamesPlan struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
}
