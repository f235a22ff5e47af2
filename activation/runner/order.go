package runner

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi"
)

// orderVersion is the version of the message formats.
const orderVersion = 1

// order is a piece of work: an item of a rollout to submit. What is submitted is taken from the plan, not from
// the order.
type order struct {
	Version int    `json:"v"`
	Name    string `json:"name"`
	Digest  string `json:"digest"`
	Term    uint64 `json:"term"`
	Attempt int    `json:"attempt"`
	Place   int    `json:"place"`
}

// answer is the result of an order. Without an activation the lead has to look itself.
type answer struct {
	Version    int     `json:"v"`
	Term       uint64  `json:"term"`
	Place      int     `json:"place"`
	Activation papi.ID `json:"activation,omitempty"`
}

// newerError reports a message of a newer version of this program.
type newerError struct{ version int }

func (e *newerError) Error() string {
	return fmt.Sprintf("it is of version %d, and this program reads version %d", e.version, orderVersion)
}

var errNoOrder = errors.New("no version of this program has written it")

// readOrder decodes an order.
func readOrder(data []byte) (order, error) {
	var o order
	if len(data) > coordinator.MaxPiece || json.Unmarshal(data, &o) != nil || o.Version < 1 {
		return o, errNoOrder
	}
	if o.Version > orderVersion {
		return o, &newerError{o.Version}
	}
	if o.Name == "" || len(o.Name) > maxText || len(o.Digest) > maxText || o.Place < 1 || o.Attempt < 1 {
		return o, errNoOrder
	}
	return o, nil
}
