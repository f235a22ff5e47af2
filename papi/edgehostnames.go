package papi

import (
	"context"
	"errors"
	"net/http"
)

// EdgeHostname is the name on Akamai's network that the CNAME records of hostnames point to.
type EdgeHostname struct {
	EdgeHostnameID     ID     `json:"edgeHostnameId"`
	EdgeHostnameDomain string `json:"edgeHostnameDomain"` // the whole name, such as www.example.com.edgekey.net
}

// EdgeHostnameList is every edge hostname available to a contract and a group.
type EdgeHostnameList struct {
	Answer
	Items []EdgeHostname
}

// EdgeHostnames lists the edge hostnames available to a contract and a group, in no particular order.
// Source: GET /edgehostnames.
func (c *Client) EdgeHostnames(ctx context.Context, contract, group ID) (*EdgeHostnameList, error) {
	var body struct {
		EdgeHostnames struct {
			Items []EdgeHostname `json:"items"`
		} `json:"edgeHostnames"`
	}
	t := target{path: "/edgehostnames", query: PropertyRef{ContractID: contract, GroupID: group}.query()}
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	if body.EdgeHostnames.Items == nil {
		return nil, malformed(http.MethodGet, t, answer, errors.New("it has no edgeHostnames.items"))
	}
	return &EdgeHostnameList{Answer: answer, Items: body.EdgeHostnames.Items}, nil
}
