package result

import "github.com/propctl/propctl/papi"

// History is an activation with its duration.
type History struct {
	*Activation

	TookSeconds *float64 `json:"tookSeconds"` // null if its dates do not tell
}

// Usual is the usual duration of activations on a network.
type Usual struct {
	Network       papi.Network `json:"network"`
	MedianSeconds *float64     `json:"medianSeconds"` // null if none has finished
	Of            int          `json:"of"`            // how many activations the median is taken from
}
