package result

import "github.com/propctl/propctl/papi"

// Hostname is a hostname and what serves it; members are null if PAPI did not say.
type Hostname struct {
	CNAMEFrom            string           `json:"cnameFrom"`
	CNAMETo              *string          `json:"cnameTo"`
	EdgeHostnameID       *papi.ID         `json:"edgeHostnameId"`
	CertProvisioningType *string          `json:"certProvisioningType"`
	CertStatus           *papi.CertStatus `json:"certStatus,omitempty"`
	Networks             []papi.Network   `json:"networks,omitempty"` // of a bucket: the networks that serve it like this
}

// HostnameChange is the result of changing hostnames.
type HostnameChange struct {
	Base    *int     `json:"base"`    // the version that the new one was created from; null for a hostname bucket
	Version *int     `json:"version"` // the version that now has the hostnames
	Created bool     `json:"created"` // this run created the version
	Resumed bool     `json:"resumed"` // an earlier run created it
	Added   []string `json:"added"`
	Removed []string `json:"removed"`

	EdgeHostnames []EdgeHostname `json:"edgeHostnames"` // those named in the change whose ids had to be looked up
}

// EdgeHostname is an edge hostname and its id.
type EdgeHostname struct {
	Name string  `json:"name"`
	ID   papi.ID `json:"id"`
}

// HostnamesPlan is a planned change of hostnames.
type HostnamesPlan struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
}
