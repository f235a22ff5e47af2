package papi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
)

// Hostname is one hostname of a property version.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}/hostnames.
type Hostname struct {
	CNAMEFrom            string      `json:"cnameFrom"`
	CNAMETo              string      `json:"cnameTo,omitempty"`
	CNAMEType            string      `json:"cnameType"`
	EdgeHostnameID       ID          `json:"edgeHostnameId,omitempty"`
	CertProvisioningType string      `json:"certProvisioningType"` // DEFAULT, CPS_MANAGED, CCM
	CertStatus           *CertStatus `json:"certStatus,omitempty"`
}

// CertStatus is the progress of a default certificate.
type CertStatus struct {
	ValidationCNAME *struct {
		Hostname string `json:"hostname"`
		Target   string `json:"target"`
	} `json:"validationCname,omitempty"`
	Staging    []CertDeployment `json:"staging,omitempty"`
	Production []CertDeployment `json:"production,omitempty"`
}

// CertDeployment is the state of a certificate on one network.
type CertDeployment struct {
	Status string `json:"status"`
}

// HostnameList is all hostnames of a property version.
type HostnameList struct {
	Answer          `json:"-"`
	AccountID       ID         `json:"accountId"`
	ContractID      ID         `json:"contractId"`
	GroupID         ID         `json:"groupId"`
	PropertyID      ID         `json:"propertyId"`
	PropertyName    string     `json:"propertyName,omitempty"`
	PropertyVersion int        `json:"propertyVersion"`
	BodyETag        string     `json:"etag"`
	Items           []Hostname `json:"-"`
	// Limit is how many hostnames the property may have, Remaining how many more; nil if PAPI did not say.
	Limit     *int `json:"-"`
	Remaining *int `json:"-"`
	// DefaultCerts is how many default certificates the contract may have. PAPI sends it only with the answer
	// to a change.
	DefaultCerts Allowance `json:"-"`
}

// Allowance is a resource limit. PAPI refuses more with an error of class [ClassResourceLimit]. Members are nil
// if PAPI did not say.
type Allowance struct {
	Limit     *int
	Remaining *int
}

func readAllowance(h http.Header, prefix string) Allowance {
	return Allowance{Limit: headerInt(h.Get(prefix + "Limit")), Remaining: headerInt(h.Get(prefix + "Remaining"))}
}

// The kinds of certificate for an added hostname.
const (
	CertDefault = "DEFAULT"     // Akamai obtains it once a validation CNAME is in the DNS
	CertCPS     = "CPS_MANAGED" // managed outside of PAPI
)

// cnameTypeEdge is the only type of CNAME that PAPI knows.
const cnameTypeEdge = "EDGE_HOSTNAME"

// HostnameToAdd is a hostname to add to a version or a bucket. It needs either CNAMETo or EdgeHostnameID; for a
// hostname bucket it must be EdgeHostnameID alone.
type HostnameToAdd struct {
	CNAMEFrom            string `json:"cnameFrom"`
	CNAMETo              string `json:"cnameTo,omitempty"`
	CNAMEType            string `json:"cnameType"` // empty: EDGE_HOSTNAME
	EdgeHostnameID       ID     `json:"edgeHostnameId,omitempty"`
	CertProvisioningType string `json:"certProvisioningType,omitempty"` // empty: CPS_MANAGED
}

// complete returns the hostnames with their empty members set to the defaults.
func complete(add []HostnameToAdd) []HostnameToAdd {
	list := slices.Clone(add)
	for i := range list {
		list[i].CNAMEType = cmp.Or(list[i].CNAMEType, cnameTypeEdge)
		list[i].CertProvisioningType = cmp.Or(list[i].CertProvisioningType, CertCPS)
		list[i].EdgeHostnameID = list[i].EdgeHostnameID.With(PrefixEdgeHostname)
	}
	return list
}

// VersionHostnames gets the hostnames of a version.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}/hostnames.
func (c *Client) VersionHostnames(ctx context.Context, ref PropertyRef, version int) (*HostnameList, error) {
	return c.versionHostnames(ctx, ref.path("versions", strconv.Itoa(version), "hostnames"))
}

// VersionHostnamesAndCerts is [Client.VersionHostnames] with the state of the default certificates, which takes
// PAPI longer.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}/hostnames.
func (c *Client) VersionHostnamesAndCerts(ctx context.Context, ref PropertyRef, version int) (*HostnameList, error) {
	return c.versionHostnames(ctx, ref.path("versions", strconv.Itoa(version), "hostnames").withCerts())
}

// withCerts asks for the state of the default certificates as well.
func (t target) withCerts() target {
	t.query.Set("includeCertStatus", "true")
	return t
}

func (c *Client) versionHostnames(ctx context.Context, t target) (*HostnameList, error) {
	var body hostnamesBody
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	return body.list(answer), nil
}

type hostnamesBody struct {
	HostnameList
	Hostnames struct {
		Items []Hostname `json:"items"`
	} `json:"hostnames"`
}

func (b *hostnamesBody) absent() string {
	if b.Hostnames.Items == nil {
		return "hostnames.items"
	}
	return ""
}

func (b *hostnamesBody) list(answer Answer) *HostnameList {
	list := b.HostnameList
	list.Answer, list.Items = answer, b.Hostnames.Items
	list.Limit, list.Remaining = answer.hostnames.Limit, answer.hostnames.Remaining
	list.DefaultCerts = answer.certificates
	return &list
}

// PatchVersionHostnames adds hostnames to a version, removes others, and returns the resulting hostnames with
// the state of their default certificates. etag is that of the version as it was read, with or without quotes;
// if the version has changed since, the error is of class [ClassETag]. A version that was ever active cannot be
// edited: [ClassVersionLocked]. It sends exactly one request. If [Error.Uncertain] holds for its error, the
// version may have been changed.
// Source: PATCH /properties/{propertyId}/versions/{propertyVersion}/hostnames.
func (c *Client) PatchVersionHostnames(ctx context.Context, ref PropertyRef, version int, etag string, add []HostnameToAdd, remove []string) (*HostnameList, error) {
	t := ref.path("versions", strconv.Itoa(version), "hostnames").withCerts()
	cl := call{
		method: http.MethodPatch, target: t, timeout: c.submitTimeout,
		header: http.Header{"If-Match": {`"` + trimETag(etag) + `"`}},
		body: struct {
			Add    []HostnameToAdd `json:"add,omitempty"`
			Remove []string        `json:"remove,omitempty"`
		}{complete(add), remove},
	}
	var body hostnamesBody
	answer, err := c.send(ctx, cl, &body)
	if err != nil {
		return nil, err
	}
	return body.list(answer), nil
}
