package result

import "github.com/propctl/propctl/papi"

// History is an activation and how long it took.
type History struct {
	*Activation

	TookSeconds *float64 `json:"tookSeconds"` // null where its dates do not tell
}

// Usual is how long activations usually take on a network.
type Usual struct {
	Network       papi.Network `json:"network"`
	MedianSeconds *float64     `json:"medianSeconds"` // null where nothing has finished
	Of            int          `json:"of"`            // activations that it is the median of
}
