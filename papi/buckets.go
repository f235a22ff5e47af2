package papi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// PropertyTypeBucket is the PropertyType of a property with a hostname bucket, whose hostnames belong to a
// network instead of a version.
const PropertyTypeBucket = "HOSTNAME_BUCKET"

// MaxBucketHostnames is how many hostnames one PATCH of a bucket may change.
const MaxBucketHostnames = 1000

// maxPages bounds how many pages of a list are read. At PAPI's rate limit, more would take longer than anybody
// waits.
const maxPages = 100

// ServedHostname is an active hostname and what serves it on each network. The members of a network on which it
// is not active are empty.
type ServedHostname struct {
	CNAMEFrom                string      `json:"cnameFrom"`
	CNAMEType                string      `json:"cnameType"`
	StagingCNAMETo           string      `json:"stagingCnameTo,omitempty"`
	StagingEdgeHostnameID    ID          `json:"stagingEdgeHostnameId,omitempty"`
	StagingCertType          string      `json:"stagingCertType,omitempty"`
	ProductionCNAMETo        string      `json:"productionCnameTo,omitempty"`
	ProductionEdgeHostnameID ID          `json:"productionEdgeHostnameId,omitempty"`
	ProductionCertType       string      `json:"productionCertType,omitempty"`
	CertStatus               *CertStatus `json:"certStatus,omitempty"`
}

// ServedHostnames is all active hostnames of a property. Its Answer is that of the last page.
type ServedHostnames struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Items      []ServedHostname
}

// PropertyHostnames lists the hostnames that a property, with a bucket or without,
// serves on a network; an empty network means both. It reads all pages.
// Source: GET /properties/{propertyId}/hostnames.
func (c *Client) PropertyHostnames(ctx context.Context, ref PropertyRef, network Network) (*ServedHostnames, error) {
	return c.propertyHostnames(ctx, ref.path("hostnames"), network)
}

// PropertyHostnamesAndCerts is [Client.PropertyHostnames] with the state of the default certificates, which
// takes PAPI longer.
// Source: GET /properties/{propertyId}/hostnames.
func (c *Client) PropertyHostnamesAndCerts(ctx context.Context, ref PropertyRef, network Network) (*ServedHostnames, error) {
	return c.propertyHostnames(ctx, ref.path("hostnames").withCerts(), network)
}

func (c *Client) propertyHostnames(ctx context.Context, t target, network Network) (*ServedHostnames, error) {
	if network != "" {
		t.query.Set("network", string(network))
	}
	list := &ServedHostnames{}
	err := readPages(t, func(t target) (paging, error) {
		var body struct {
			AccountID  ID `json:"accountId"`
			ContractID ID `json:"contractId"`
			GroupID    ID `json:"groupId"`
			Hostnames  struct {
				paging
				Items []ServedHostname `json:"items"`
			} `json:"hostnames"`
		}
		answer, err := c.get(ctx, t, &body)
		if err != nil {
			return paging{}, err
		}
		if body.Hostnames.Items == nil {
			return paging{}, malformed(http.MethodGet, t, answer, errors.New("it has no hostnames.items"))
		}
		list.Answer, list.AccountID, list.ContractID, list.GroupID = answer, body.AccountID, body.ContractID, body.GroupID
		list.Items = append(list.Items, body.Hostnames.Items...)
		return body.Hostnames.at(len(list.Items)), nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// paging is what a page says about the pages after it.
type paging struct {
	NextLink   string `json:"nextLink"`
	TotalItems int    `json:"totalItems"`

	read int // items read so far
}

func (p paging) at(read int) paging {
	p.read = read
	return p
}

// readPages reads pages until there is no next one. It takes only offset and limit from the link to the next
// page, because PAPI's documents spell the link's path in several ways and give the offset several meanings.
// For the same reason, a page that brings nothing new ends the list.
func readPages(t target, read func(target) (paging, error)) error {
	before := 0
	for range maxPages {
		page, err := read(t)
		if err != nil {
			return err
		}
		if page.NextLink == "" && page.read < page.TotalItems {
			return malformed(http.MethodGet, t, Answer{}, fmt.Errorf("it has %d of %d items, and no link to the others", page.read, page.TotalItems))
		}
		if page.read == before || page.NextLink == "" || page.TotalItems > 0 && page.read >= page.TotalItems {
			return nil
		}
		before = page.read
		next, err := url.Parse(page.NextLink)
		if err != nil || next.Query().Get("offset") == "" {
			return malformed(http.MethodGet, t, Answer{}, errors.New("the link to the next page has no offset"))
		}
		for _, name := range [...]string{"offset", "limit"} {
			if value := next.Query().Get(name); value != "" {
				t.query.Set(name, value)
			}
		}
	}
	return malformed(http.MethodGet, t, Answer{}, fmt.Errorf("the list has more than %d pages", maxPages))
}

// BucketChange is what to change in a hostname bucket on one network.
type BucketChange struct {
	Network      Network
	Add          []HostnameToAdd
	Remove       []string
	Note         string
	NotifyEmails []string // nil: PAPI notifies nobody
}

// CreatedHostnameActivation is the answer to an accepted change of a bucket.
type CreatedHostnameActivation struct {
	Answer
	ActivationID ID
	ContractID   ID // from the link; empty where the link has none
	GroupID      ID
	Hostnames    []BucketHostname // those that change
	// As in HostnameList.
	Limit, Remaining *int
	DefaultCerts     Allowance
}

// BucketHostname is a hostname in a change of a bucket.
type BucketHostname struct {
	Hostname
	Action string `json:"action,omitempty"` // ADD or REMOVE; empty if PAPI did not say
}

// PatchBucket adds hostnames to a hostname bucket and removes others. There is no version to activate: the
// change goes to the network at once, and until it is live PAPI refuses every other activation of the property
// with an error of class [ClassBusy]. It sends exactly one request; it sends none, and returns [ClassInvalid],
// for more than MaxBucketHostnames or for an added hostname without an EdgeHostnameID. If [Error.Uncertain]
// holds for its error, PAPI may have accepted the change: look at [Client.HostnameActivations] before sending
// it again.
// Source: PATCH /properties/{propertyId}/hostnames.
func (c *Client) PatchBucket(ctx context.Context, ref PropertyRef, change BucketChange) (*CreatedHostnameActivation, error) {
	t := ref.path("hostnames")
	if err := change.check(); err != nil {
		return nil, &Error{Class: ClassInvalid, Method: http.MethodPatch, Path: t.String(), cause: err}
	}
	request := struct {
		Network      Network         `json:"network"`
		Add          []HostnameToAdd `json:"add,omitempty"`
		Remove       []string        `json:"remove,omitempty"`
		Note         string          `json:"note,omitempty"`
		NotifyEmails []string        `json:"notifyEmails,omitempty"`
	}{change.Network, complete(change.Add), change.Remove, change.Note, change.NotifyEmails}
	var body struct {
		ActivationLink string           `json:"activationLink"`
		ActivationID   ID               `json:"activationId"`
		Hostnames      []BucketHostname `json:"hostnames"`
	}
	answer, err := c.send(ctx, call{method: http.MethodPatch, target: t, body: request, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	link, err := activationIn(cmp.Or(body.ActivationLink, answer.location), "hostname-activations")
	if err != nil && !body.ActivationID.Valid() {
		return nil, malformed(http.MethodPatch, t, answer, err)
	}
	return &CreatedHostnameActivation{
		Answer: answer, ActivationID: cmp.Or(body.ActivationID, link.id), ContractID: link.contract, GroupID: link.group,
		Hostnames: body.Hostnames, Limit: answer.hostnames.Limit, Remaining: answer.hostnames.Remaining,
		DefaultCerts: answer.certificates,
	}, nil
}

func (b BucketChange) check() error {
	if n := len(b.Add) + len(b.Remove); n > MaxBucketHostnames {
		return fmt.Errorf("a request may change %d hostnames, not %d", MaxBucketHostnames, n)
	}
	for _, h := range b.Add {
		if h.EdgeHostnameID == "" || h.CNAMETo != "" {
			return fmt.Errorf("%s needs the id of its edge hostname, and no name of it", strconv.Quote(h.CNAMEFrom))
		}
	}
	return nil
}

// HostnameActivation is one change of a hostname bucket.
// Source: GET /properties/{propertyId}/hostname-activations/{hostnameActivationId}.
type HostnameActivation struct {
	HostnameActivationID ID               `json:"hostnameActivationId"`
	ActivationType       ActivationType   `json:"activationType"`
	PropertyID           ID               `json:"propertyId"`
	PropertyName         string           `json:"propertyName"`
	Network              Network          `json:"network"`
	Status               Status           `json:"status"`
	FMAActivationState   string           `json:"fmaActivationState,omitempty"`
	SubmitDate           time.Time        `json:"submitDate,omitzero"` // zero where PAPI sent none, or one that cannot be read
	UpdateDate           time.Time        `json:"updateDate,omitzero"`
	Note                 string           `json:"note"`
	NotifyEmails         []string         `json:"notifyEmails"`
	Hostnames            []BucketHostname `json:"hostnames,omitempty"` // set only when a single activation is read
}

// UnmarshalJSON decodes an activation; PAPI names its id in two ways. A date that cannot be read becomes the
// zero time.
func (a *HostnameActivation) UnmarshalJSON(data []byte) error {
	type plain HostnameActivation
	wire := struct {
		*plain
		ActivationID ID   `json:"activationId"`
		SubmitDate   date `json:"submitDate"`
		UpdateDate   date `json:"updateDate"`
		Hostnames    struct {
			Items []BucketHostname `json:"items"`
		} `json:"hostnames"`
	}{plain: (*plain)(a)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	a.HostnameActivationID = cmp.Or(a.HostnameActivationID, wire.ActivationID)
	a.SubmitDate, a.UpdateDate = time.Time(wire.SubmitDate), time.Time(wire.UpdateDate)
	a.Hostnames = wire.Hostnames.Items
	return nil
}

// Activation returns a in the form of a property's activation, with version 0, so that one workflow can follow
// both.
func (a HostnameActivation) Activation() Activation {
	return Activation{
		ActivationID: a.HostnameActivationID, ActivationType: a.ActivationType,
		PropertyID: a.PropertyID, PropertyName: a.PropertyName, Network: a.Network,
		Status: a.Status, FMAActivationState: a.FMAActivationState, SubmitDate: a.SubmitDate, UpdateDate: a.UpdateDate,
		Note: a.Note, NotifyEmails: a.NotifyEmails,
	}
}
