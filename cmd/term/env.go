// Package term prints for people: output streams and their capabilities, colours, tables and times. It also
// makes text from outside safe to print.
package term

import (
	"io"
	"net/http"
	"os"
	"time"
)

// Env is the environment of a run: streams, variables, terminals and transports.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Name is the command name of the program; empty means "propctl".
	Name string
	// LookupEnv reads an environment variable; nil means that none is set.
	LookupEnv func(string) (string, bool)
	// Environ returns all variables as NAME=value, for searching by a part of a name; nil means none.
	Environ func() []string
	// StdinTerminal, StdoutTerminal and StderrTerminal report whether the stream is a terminal.
	StdinTerminal, StdoutTerminal, StderrTerminal bool
	// StdoutClosed reports that stdout was closed before the process began; Stdout is then a substitute.
	StdoutClosed bool
	// StdoutWidth and Width return the widths of the terminals at Stdout and Stderr, in cells; nil or 0 means
	// unknown.
	StdoutWidth, Width func() int
	// Height returns the number of lines of the terminal at Stderr; nil or 0 means unknown.
	Height func() int
	// Location is the time zone for output; nil means UTC.
	Location *time.Location
	// Transport carries requests to Akamai; nil means the network.
	Transport http.RoundTripper
	// Reporting carries notifications and traces; nil means the network.
	Reporting http.RoundTripper
	// Checking carries the requests of a rollout's checks; nil means the network.
	Checking http.RoundTripper
	// Jitter returns what to add to a pause; nil adds nothing.
	Jitter func(pause time.Duration) time.Duration
	Build  Build
}

// Build identifies this build of the program; its members may be empty.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Date    string `json:"date"`
	Go      string `json:"go"`
}

// Lookup returns an environment variable; an empty one counts as unset.
func (e Env) Lookup(name string) (string, bool) {
	if e.LookupEnv == nil {
		return "", false
	}
	value, ok := e.LookupEnv(name)
	return value, ok && value != ""
}

// Has reports whether a variable is set and not empty.
func (e Env) Has(name string) bool {
	_, ok := e.Lookup(name)
	return ok
}

// FileOf returns the file behind a stream; nil if there is none.
func FileOf(w io.Writer) *os.File {
	f, _ := w.(*os.File)
	return f
}
