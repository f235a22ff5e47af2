package simulator

// The bodies of answers about hostnames.

type hostnameList struct {
	owner

	PropertyID      string              `json:"propertyId"`
	PropertyVersion int                 `json:"propertyVersion"`
	Etag            string              `json:"etag"`
	Hostnames       items[wireHostname] `json:"hostnames"`
}

type wireHostname struct {
	CnameType            string      `json:"cnameType"`
	EdgeHostnameID       string      `json:"edgeHostnameId"`
	CnameFrom            string      `json:"cnameFrom"`
	CnameTo              string      `json:"cnameTo"`
	CertProvisioningType string      `json:"certProvisioningType"`
	CertStatus           *certStatus `json:"certStatus,omitempty"`
	Action               string      `json:"action,omitempty"` // ADD or REMOVE; only for a bucket
}

// certStatus is the progress of a default certificate.
type certStatus struct {
	ValidationCname validationCname  `json:"validationCname"`
	Staging         []certDeployment `json:"staging"`
	Production      []certDeployment `json:"production"`
}

type validationCname struct {
	Hostname string `json:"hostname"`
	Target   string `json:"target"`
}

type certDeployment struct {
	Status string `json:"status"`
}

// paged is one page of items, with links to the others.
type paged[T any] struct {
	TotalItems       int    `json:"totalItems"`
	CurrentItemCount int    `json:"currentItemCount"`
	NextLink         string `json:"nextLink,omitempty"`
	PreviousLink     string `json:"previousLink,omitempty"`
	Items            []T    `json:"items"`
}

type servedList struct {
	owner

	PropertyID string `json:"propertyId"`

	sorting

	Hostnames paged[wireServing] `json:"hostnames"`
}

// sorting describes the order and the selection of a list.
type sorting struct {
	CurrentSort   string   `json:"currentSort"`
	DefaultSort   string   `json:"defaultSort"`
	AvailableSort []string `json:"availableSort"`
}

// wireServing is a hostname with what serves it on each network.
type wireServing struct {
	CnameFrom                string      `json:"cnameFrom"`
	CnameType                string      `json:"cnameType"`
	StagingEdgeHostnameID    string      `json:"stagingEdgeHostnameId,omitempty"`
	StagingCertType          string      `json:"stagingCertType,omitempty"`
	StagingCnameTo           string      `json:"stagingCnameTo,omitempty"`
	ProductionEdgeHostnameID string      `json:"productionEdgeHostnameId,omitempty"`
	ProductionCertType       string      `json:"productionCertType,omitempty"`
	ProductionCnameTo        string      `json:"productionCnameTo,omitempty"`
	CertStatus               *certStatus `json:"certStatus,omitempty"`
}

type bucketAccepted struct {
	ActivationLink string         `json:"activationLink"`
	ActivationID   string         `json:"activationId"`
	Hostnames      []wireHostname `json:"hostnames"`
}

type changeList struct {
	owner

	HostnameActivations paged[wireChange] `json:"hostnameActivations"`
}

// changeAnswer is changeList for a single activation, without paging.
type changeAnswer struct {
	owner

	HostnameActivations items[wireChange] `json:"hostnameActivations"`
}

type wireChange struct {
	HostnameActivationID string               `json:"hostnameActivationId"`
	ActivationType       string               `json:"activationType"`
	PropertyID           string               `json:"propertyId"`
	PropertyName         string               `json:"propertyName"`
	Network              Network              `json:"network"`
	Status               Status               `json:"status"`
	SubmitDate           string               `json:"submitDate"`
	UpdateDate           string               `json:"updateDate"`
	Note                 string               `json:"note"`
	NotifyEmails         []string             `json:"notifyEmails"`
	FMAActivationState   string               `json:"fmaActivationState,omitempty"`
	Hostnames            *items[wireHostname] `json:"hostnames,omitempty"`
}
