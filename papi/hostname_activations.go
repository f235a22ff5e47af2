package papi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// HostnameActivationList is every change of a property's hostname bucket on both networks, in no particular
// order. Its Answer is that of the last page.
type HostnameActivationList struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Items      []HostnameActivation
}

// HostnameActivationAnswer is the answer to a request for one change of a bucket.
type HostnameActivationAnswer struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Activation HostnameActivation
}

// hostnameActivationsBody decodes the three shapes in PAPI's documents: a list with its paging beside it or
// inside it, and a single activation without a list.
type hostnameActivationsBody struct {
	AccountID  ID
	ContractID ID
	GroupID    ID
	Items      []HostnameActivation
	paging     paging
}

func (b *hostnameActivationsBody) UnmarshalJSON(data []byte) error {
	var wire struct {
		paging
		AccountID  ID `json:"accountId"`
		ContractID ID `json:"contractId"`
		GroupID    ID `json:"groupId"`
		List       *struct {
			paging
			Items []HostnameActivation `json:"items"`
		} `json:"hostnameActivations"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*b = hostnameActivationsBody{AccountID: wire.AccountID, ContractID: wire.ContractID, GroupID: wire.GroupID}
	if wire.List != nil {
		b.Items = wire.List.Items
		b.paging.NextLink = cmp.Or(wire.List.NextLink, wire.NextLink)
		b.paging.TotalItems = cmp.Or(wire.List.TotalItems, wire.TotalItems)
		return nil
	}
	var alone HostnameActivation
	if err := json.Unmarshal(data, &alone); err != nil {
		return err
	}
	if alone.HostnameActivationID != "" {
		b.Items = []HostnameActivation{alone}
	}
	return nil
}

// HostnameActivations lists all changes of a property's hostname bucket, over all pages. The items have no
// Hostnames.
// Source: GET /properties/{propertyId}/hostname-activations.
func (c *Client) HostnameActivations(ctx context.Context, ref PropertyRef) (*HostnameActivationList, error) {
	list := &HostnameActivationList{}
	err := readPages(ref.path("hostname-activations"), func(t target) (paging, error) {
		var body hostnameActivationsBody
		answer, err := c.get(ctx, t, &body)
		if err != nil {
			return paging{}, err
		}
		if body.Items == nil {
			return paging{}, malformed(http.MethodGet, t, answer, errors.New("it has no hostnameActivations.items"))
		}
		list.Answer, list.AccountID, list.ContractID, list.GroupID = answer, body.AccountID, body.ContractID, body.GroupID
		list.Items = append(list.Items, body.Items...)
		return body.paging.at(len(list.Items)), nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// HostnameActivation gets one change of a hostname bucket, with its hostnames. ref must name contract and
// group. While it is pending, Answer.RetryAfter is PAPI's estimate of when it will be live.
// Source: GET /properties/{propertyId}/hostname-activations/{hostnameActivationId}.
func (c *Client) HostnameActivation(ctx context.Context, ref PropertyRef, id ID) (*HostnameActivationAnswer, error) {
	t := ref.path("hostname-activations", id.segment(PrefixActivation))
	t.query.Set("includeHostnames", "true")
	var body hostnameActivationsBody
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	return body.one(t, answer, id)
}

// CancelHostnameActivation asks PAPI to cancel a pending change of a hostname bucket. ref must name contract
// and group. The error is of class [ClassCancelTooLate] once the change is on its way to the network.
// Source: DELETE /properties/{propertyId}/hostname-activations/{hostnameActivationId}.
func (c *Client) CancelHostnameActivation(ctx context.Context, ref PropertyRef, id ID) (*Cancellation, error) {
	t := ref.path("hostname-activations", id.segment(PrefixActivation))
	var body hostnameActivationsBody
	answer, err := c.send(ctx, call{method: http.MethodDelete, target: t, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNoContent { // as for other activations; not documented for these
		return &Cancellation{Answer: answer, AlreadyCancelled: true}, nil
	}
	cancelled := &Cancellation{Answer: answer}
	if one, err := body.one(t, answer, id); err == nil {
		a := one.Activation.Activation()
		cancelled.Activation = &a
	}
	return cancelled, nil
}

func (b *hostnameActivationsBody) one(t target, answer Answer, id ID) (*HostnameActivationAnswer, error) {
	for _, item := range b.Items {
		if item.HostnameActivationID.Equal(id) {
			return &HostnameActivationAnswer{
				Answer: answer, AccountID: b.AccountID, ContractID: b.ContractID, GroupID: b.GroupID, Activation: item,
			}, nil
		}
	}
	return nil, missing(t, answer, "hostname activation "+string(id))
}
