package papi

import (
	"context"
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

// CertStatus is how far a default certificate is.
type CertStatus struct {
	ValidationCNAME *struct {
		Hostname string `json:"hostname"`
		Target   string `json:"target"`
	} `json:"validationCname,omitempty"`
	Staging    []CertDeployment `json:"staging,omitempty"`
	Production []CertDeployment `json:"production,omitempty"`
}

// CertDeployment is the state of a certificate on a network.
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
	// Limit and Remaining say how many hostnames the property may have; nil
	// where PAPI did not say.
	Limit     *int `json:"-"`
	Remaining *int `json:"-"`
}

// VersionHostnames gets the hostnames of a version.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}/hostnames.
func (c *Client) VersionHostnames(ctx context.Context, ref PropertyRef, version int) (*HostnameList, error) {
	var body struct {
		HostnameList
		Hostnames struct {
			Items []Hostname `json:"items"`
		} `json:"hostnames"`
	}
	answer, err := c.get(ctx, ref.path("versions", strconv.Itoa(version), "hostnames"), &body)
	if err != nil {
		return nil, err
	}
	list := body.HostnameList
	list.Answer, list.Items = answer, body.Hostnames.Items
	list.Limit, list.Remaining = answer.hostnames.limit, answer.hostnames.remaining
	return &list, nil
}
