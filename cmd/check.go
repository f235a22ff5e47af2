package cmd

import (
	"slices"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// checks are what was looked at so far, in order. A check that is made again
// keeps its place.
type checks []*result.Check

func (all *checks) add(c *result.Check) {
	if i := all.index(c.Name); i >= 0 {
		(*all)[i] = c
		return
	}
	*all = append(*all, c)
}

func (all *checks) index(name string) int {
	return slices.IndexFunc(*all, func(c *result.Check) bool { return c.Name == name })
}

func (all *checks) ok(name, message string) {
	all.add(&result.Check{Name: name, Status: result.CheckOK, Message: message})
}

func (all *checks) warn(name, message, help string) {
	all.add(&result.Check{Name: name, Status: result.CheckWarning, Message: message, Help: help})
}

func (all *checks) skip(name, message string) {
	all.add(&result.Check{Name: name, Status: result.CheckSkipped, Message: message})
}

func (all *checks) fail(name string, err error) {
	all.add(&result.Check{Name: name, Status: result.CheckFailed, Message: term.Truncate(err.Error(), term.MaxMessage), Help: catalogue.Judge(err).Help, Err: err})
}

// failed reports whether a check of that name has failed.
func (all *checks) failed(name string) bool {
	i := all.index(name)
	return i >= 0 && (*all)[i].Status == result.CheckFailed
}

// err is the first failure; nil where there is none. Its exit code is that for credentials if one of the failures is
// about them.
func (all *checks) err() error {
	var first *catalogue.UnhealthyError
	for _, c := range *all {
		if c.Err == nil {
			continue
		}
		if first == nil {
			first = &catalogue.UnhealthyError{Check: c.Name, Err: c.Err, ExitCode: catalogue.ExitError}
		}
		if catalogue.Judge(c.Err).ExitCode == catalogue.ExitCredentials {
			first.ExitCode = catalogue.ExitCredentials
		}
	}
	if first == nil {
		return nil
	}
	return first
}
