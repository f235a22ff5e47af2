package catalogue

import (
	"errors"
	"fmt"
)

// UsageError is a command line that makes no sense.
type UsageError struct {
	Err     error
	Command string // whose help says more; empty: nobody's
}

// Usagef returns a UsageError.
func Usagef(format string, args ...any) error {
	return &UsageError{Err: fmt.Errorf(format, args...)}
}

// Error says what is wrong.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// SettingError is a value from a file or the environment that will not do.
type SettingError struct {
	Where string // the file, or the name of the variable
	Key   string // empty when it is the file as a whole
	Err   error
}

// Error says what is wrong.
func (e *SettingError) Error() string {
	if e.Key == "" {
		return e.Where + ": " + e.Err.Error()
	}
	return e.Where + ": " + e.Key + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *SettingError) Unwrap() error { return e.Err }

// CredentialsError says that there are no credentials, or none that can be used.
type CredentialsError struct {
	Missing bool
	Err     error
}

// Error says what is wrong.
func (e *CredentialsError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CredentialsError) Unwrap() error { return e.Err }

// NotFoundError says that PAPI does not have what was named.
type NotFoundError struct{ What string }

// Error says what is wrong.
func (e *NotFoundError) Error() string { return e.What }

// AmbiguousError says that a name fits more than one thing.
type AmbiguousError struct{ What string }

// Error says what is wrong.
func (e *AmbiguousError) Error() string { return e.What }

// BucketError says that a hostname bucket cannot do what was asked for.
type BucketError struct{ What string }

// Error says what is wrong.
func (e *BucketError) Error() string { return e.What }

// DifferentError says that two versions differ, where that was asked for.
type DifferentError struct{ What string }

// Error says how.
func (e *DifferentError) Error() string { return e.What }

// InvalidVersionError says that the rule tree of a version has errors.
type InvalidVersionError struct{ What string }

// Error says how many.
func (e *InvalidVersionError) Error() string { return e.What }

// OutputError says that the result could not be written to a file, or not as it was asked for.
type OutputError struct {
	Err        error
	Expression bool // that of --jq has failed
}

// Error says what is wrong.
func (e *OutputError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *OutputError) Unwrap() error { return e.Err }

// ErrDeclined says that a question was not answered with yes.
var ErrDeclined = errors.New("not confirmed, nothing was submitted")

// UnhealthyError is the first check that failed.
type UnhealthyError struct {
	Check    string
	Err      error
	ExitCode int
}

// Error says what is wrong.
func (e *UnhealthyError) Error() string { return e.Check + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *UnhealthyError) Unwrap() error { return e.Err }

// ErrInterrupted is the cause with which main ends the context at Ctrl-C and at
// SIGTERM.
var ErrInterrupted = errors.New("interrupted")
