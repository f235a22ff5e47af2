package runner

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi"
)

// orderVersion is that of the messages.
const orderVersion = 1

// order is a piece of work: an item of a rollout that is to be submitted. It says nothing
// of what is submitted: the plan does.
type order struct {
	Version int    `json:"v"`
	Name    string `json:"name"`
	Digest  string `json:"digest"`
	Term    uint64 `json:"term"`
	Attempt int    `json:"attempt"`
	Place   int    `json:"place"`
}

// answer is what came of an order. It has no activation when the lead has to look itself.
type answer struct {
	Version    int     `json:"v"`
	Term       uint64  `json:"term"`
	Place      int     `json:"place"`
	Activation papi.ID `json:"activation,omitempty"`
}

// newerError says that a message is of a newer version of this program.
type newerError struct{ version int }

func (e *newerError) Error() string {
	return fmt.Sprintf("it is of version %d, and this program reads version %d", e.version, orderVersion)
}

var errNoOrder = errors.New("no version of this program has written it")

// readOrder reads an order.
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
