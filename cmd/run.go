// Package cmd is the command line: commands, flags, settings, output and exit
// codes. What it exports is what main and the tests need to run it.
package cmd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"time"
)

// ErrInterrupted is the cause with which main ends the context at Ctrl-C and at
// SIGTERM.
var ErrInterrupted = errors.New("interrupted")

// Env is everything that a run takes from the outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Name is what is typed to run the program; empty means "propctl".
	Name string
	// LookupEnv reads an environment variable; nil means that there are none.
	LookupEnv func(string) (string, bool)
	// StdinTerminal, StdoutTerminal and StderrTerminal say whether somebody is there
	// to answer a question, to read the result, and to watch.
	StdinTerminal, StdoutTerminal, StderrTerminal bool
	// StdoutWidth and Width return the widths of the terminals at Stdout and at
	// Stderr, in cells; nil or 0 mean unknown.
	StdoutWidth, Width func() int
	// Location is the zone in which people are told of times; nil means UTC.
	Location *time.Location
	// Transport carries requests to Akamai; nil means the network.
	Transport http.RoundTripper
	// Reporting carries notifications and traces; nil means the network.
	Reporting http.RoundTripper
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

// Run runs one command line, without the program's name, and returns the exit
// code. When ctx ends with ErrInterrupted as its cause, Run returns soon.
func Run(ctx context.Context, env Env, args []string) int {
	p := newProgram(env)
	root := p.root()
	root.SetArgs(slices.Concat([]string{}, commandFirst(root, args))) // nil would mean os.Args
	root.SetIn(env.Stdin)
	root.SetOut(p.env.Stdout)
	root.SetErr(p.env.Stderr)
	if len(args) > 0 && isCompletion(args[0]) {
		p.completes(root)
	}
	if err := root.ExecuteContext(ctx); err != nil {
		p.exitCode = p.refuse(err)
	}
	return p.exitCode
}

// lookup returns an environment variable; an empty one counts as not set.
func (e Env) lookup(name string) (string, bool) {
	if e.LookupEnv == nil {
		return "", false
	}
	value, ok := e.LookupEnv(name)
	return value, ok && value != ""
}

func (e Env) has(name string) bool {
	_, ok := e.lookup(name)
	return ok
}

// fileOf returns the file behind a stream, nil where there is none.
func fileOf(w io.Writer) *os.File {
	f, _ := w.(*os.File)
	return f
}
