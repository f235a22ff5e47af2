package result

import (
	"encoding/json"

	"github.com/propctl/propctl/papi"
)

// Status is PAPI's status of an activation. It is empty, and null in JSON, until PAPI has sent one.
type Status papi.Status

// MarshalJSON implements [json.Marshaler].
func (s Status) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

// String returns the status for people.
func (s Status) String() string {
	if s == "" {
		return unreadStatus
	}
	return string(s)
}

// unreadStatus is shown for a status that PAPI has not sent.
const unreadStatus = "status not known yet"
