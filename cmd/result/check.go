package result

// checkStatus is how a check ended.
type checkStatus string

// The ways.
const (
	CheckOK      checkStatus = "ok"
	CheckWarning checkStatus = "warning"
	CheckFailed  checkStatus = "failed"
	CheckSkipped checkStatus = "skipped" // what it is about could not be looked at
)

// Check is one thing that doctor has looked at.
type Check struct {
	Name    string      `json:"name"`
	Status  checkStatus `json:"status"`
	Message string      `json:"message"` // what was found
	Help    string      `json:"help"`    // what to do; empty where nothing is to be done

	Err error `json:"-"` // why it failed
}
