package papi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// ListQuery selects properties or includes: those of a contract and a group, those modified within
// ModifiedSince, or both. With ModifiedSince alone it covers everything that the credentials have access to.
// PAPI requires one of the two.
type ListQuery struct {
	ContractID    ID
	GroupID       ID
	ModifiedSince time.Duration // in days of 24 hours, rounded down; less than one day means any time
}

func (q ListQuery) values() url.Values {
	v := PropertyRef{ContractID: q.ContractID, GroupID: q.GroupID}.query()
	if days := int(q.ModifiedSince.Hours()) / 24; days > 0 { //nolint:mnd // hours of a day
		v.Set("modifiedSince", fmt.Sprintf("P%dD", days))
	}
	return v
}

// PropertyList is a list of properties, in no particular order. A property in several contracts and groups may
// appear once for each.
type PropertyList struct {
	Answer
	Items []Property
}

// Properties lists properties.
// Source: GET /properties.
func (c *Client) Properties(ctx context.Context, query ListQuery) (*PropertyList, error) {
	var body struct {
		Properties struct {
			Items []Property `json:"items"`
		} `json:"properties"`
	}
	t := target{path: "/properties", query: query.values()}
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	if body.Properties.Items == nil {
		return nil, malformed(http.MethodGet, t, answer, errors.New("it has no properties.items"))
	}
	return &PropertyList{Answer: answer, Items: body.Properties.Items}, nil
}

// IncludeList is a list of includes, in no particular order.
type IncludeList struct {
	Answer
	Items []Include
}

// Includes lists includes.
// Source: GET /includes.
func (c *Client) Includes(ctx context.Context, query ListQuery) (*IncludeList, error) {
	var body struct {
		Includes struct {
			Items []Include `json:"items"`
		} `json:"includes"`
	}
	t := target{path: "/includes", query: query.values()}
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	if body.Includes.Items == nil {
		return nil, malformed(http.MethodGet, t, answer, errors.New("it has no includes.items"))
	}
	return &IncludeList{Answer: answer, Items: body.Includes.Items}, nil
}
