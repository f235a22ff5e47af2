// Package term prints for people: streams and what they can show, colour, tables, times,
// and text from outside made harmless.
package term

import (
	"io"
	"net/http"
	"os"
	"time"
)

// Env is everything that a run takes from the outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Name is what is typed to run the program; empty means "propctl".
	Name string
	// LookupEnv reads an environment variable; nil means that there are none.
	LookupEnv func(string) (string, bool)
	// Environ returns all variables as NAME=value; nil means that none is looked for by
	// a part of its name.
	Environ func() []string
	// StdinTerminal, StdoutTerminal and StderrTerminal say whether somebody is there
	// to answer a question, to read the result, and to watch.
	StdinTerminal, StdoutTerminal, StderrTerminal bool
	// StdoutClosed says that there was no stdout when the process began, and something else stands for it.
	StdoutClosed bool
	// StdoutWidth and Width return the widths of the terminals at Stdout and at
	// Stderr, in cells; nil or 0 mean unknown.
	StdoutWidth, Width func() int
	// Height returns how many lines the terminal at Stderr has; nil or 0 mean unknown.
	Height func() int
	// Location is the zone in which people are told of times; nil means UTC.
	Location *time.Location
	// Transport carries requests to Akamai; nil means the network.
	Transport http.RoundTripper
	// Reporting carries notifications and traces; nil means the network.
	Reporting http.RoundTripper
	// Checking carries the requests that the checks of a rollout make; nil means the network.
	Checking http.RoundTripper
	// Jitter returns what is added to a pause; nil means nothing.
	Jitter func(pause time.Duration) time.Duration
	Build  Build
}

// Build says what this program was made of; its members may be empty.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Date    string `json:"date"`
	Go      string `json:"go"`
}

// Lookup returns an environment variable; an empty one counts as not set.
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

// FileOf returns the file behind a stream, nil where there is none.
func FileOf(w io.Writer) *os.File {
	f, _ := w.(*os.File)
	return f
}
