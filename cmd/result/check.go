package result

// checkStatus is the result of a check.
type checkStatus string

// The results.
const (
	CheckOK      checkStatus = "ok"
	CheckWarning checkStatus = "warning"
	CheckFailed  checkStatus = "failed"
	CheckSkipped checkStatus = "skipped" // its object could not be read
)

// Check is one of doctor's checks.
type Check struct {
	Name    string      `json:"name"`
	Status  checkStatus `json:"status"`
	Message string      `json:"message"` // what was found
	Help    string      `json:"help"`    // what to do; empty if nothing

	Err error `json:"-"` // why it failed
}
