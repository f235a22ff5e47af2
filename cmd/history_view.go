package cmd

import "github.com/propctl/propctl/papi"

// historyView is an activation and how long it took.
type historyView struct {
	*activationView

	TookSeconds *float64 `json:"tookSeconds"` // null where its dates do not tell
}

// usualView is how long activations usually take on a network.
type usualView struct {
	Network       papi.Network `json:"network"`
	MedianSeconds *float64     `json:"medianSeconds"` // null where nothing has finished
	Of            int          `json:"of"`            // activations that it is the median of
}
