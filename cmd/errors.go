package cmd

import (
	"errors"
	"fmt"
)

// usageError is a command line that makes no sense.
type usageError struct {
	err     error
	command string // whose help says more; empty: nobody's
}

func usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// settingError is a value from a file or the environment that will not do.
type settingError struct {
	where string // the file, or the name of the variable
	key   string // empty when it is the file as a whole
	err   error
}

func (e *settingError) Error() string {
	if e.key == "" {
		return e.where + ": " + e.err.Error()
	}
	return e.where + ": " + e.key + ": " + e.err.Error()
}

func (e *settingError) Unwrap() error { return e.err }

// credentialsError says that there are no credentials, or none that can be used.
type credentialsError struct {
	missing bool
	err     error
}

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// notFoundError says that PAPI does not have what was named.
type notFoundError struct{ what string }

func (e *notFoundError) Error() string { return e.what }

// ambiguousError says that a name fits more than one thing.
type ambiguousError struct{ what string }

func (e *ambiguousError) Error() string { return e.what }

// bucketError says that a hostname bucket cannot do what was asked for.
type bucketError struct{ what string }

func (e *bucketError) Error() string { return e.what }

// outputError says that the result could not be written to a file.
type outputError struct{ err error }

func (e *outputError) Error() string { return e.err.Error() }
func (e *outputError) Unwrap() error { return e.err }

var errDeclined = errors.New("not confirmed, nothing was submitted")

// unhealthyError is the first check that failed.
type unhealthyError struct {
	check    string
	err      error
	exitCode int
}

func (e *unhealthyError) Error() string { return e.check + ": " + e.err.Error() }

func (e *unhealthyError) Unwrap() error { return e.err }

// ErrInterrupted is the cause with which main ends the context at Ctrl-C and at
// SIGTERM.
var ErrInterrupted = errors.New("interrupted")
