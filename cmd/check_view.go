package cmd

// checkStatus is how a check ended.
type checkStatus string

// The ways.
const (
	checkOK      checkStatus = "ok"
	checkWarning checkStatus = "warning"
	checkFailed  checkStatus = "failed"
	checkSkipped checkStatus = "skipped" // what it is about could not be looked at
)

// checkView is one thing that doctor has looked at.
type checkView struct {
	Name    string      `json:"name"`
	Status  checkStatus `json:"status"`
	Message string      `json:"message"` // what was found
	Help    string      `json:"help"`    // what to do; empty where nothing is to be done

	err error // why it failed
}
