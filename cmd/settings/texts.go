package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/papi"
)

// Types of flags for what people write, paste, and have in files of other systems:
// line breaks of any system, blanks around, zeros before a number.

// Text is a text of several lines. Whatever ends them, they end in a line feed.
type Text string

// Type implements pflag.Value.
func (*Text) Type() string { return "string" }

// String implements pflag.Value.
func (t *Text) String() string { return string(*t) }

// Set implements pflag.Value.
func (t *Text) Set(s string) error {
	*t = Text(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	return nil
}

// Line is a text of one line. Blanks and line breaks around it are no part of it.
type Line string

// Type implements pflag.Value.
func (*Line) Type() string { return "string" }

// String implements pflag.Value.
func (l *Line) String() string { return string(*l) }

// Set implements pflag.Value.
func (l *Line) Set(s string) error {
	*l = Line(strings.TrimSpace(s))
	return nil
}

// Int is a whole number in decimal digits: to pflag, 010 is eight.
type Int struct{ To *int }

// DeclareInt declares a flag for a whole number.
func DeclareInt(f *pflag.FlagSet, to *int, name string, standard int, usage string) {
	*to = standard
	f.Var(Int{to}, name, usage)
}

// Type implements pflag.Value.
func (Int) Type() string { return "int" }

// String implements pflag.Value.
func (n Int) String() string {
	if n.To == nil {
		return "0"
	}
	return strconv.Itoa(*n.To)
}

// Set implements pflag.Value.
func (n Int) Set(s string) error {
	number, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return err
	case strconv.Itoa(number) != s:
		return fmt.Errorf("%q is not written as a number is; write %d", s, number)
	}
	*n.To = number
	return nil
}

// accountKey is the account switch key. Its errors do not have it.
type accountKey struct{ to *string }

// Type implements pflag.Value.
func (accountKey) Type() string { return "string" }

// String implements pflag.Value.
func (k accountKey) String() string {
	if k.to == nil {
		return ""
	}
	return *k.to
}

// Set implements pflag.Value.
func (k accountKey) Set(s string) error {
	key, err := papi.ParseAccountKey(s)
	switch {
	case err != nil:
		return err
	case key == "" && s != "":
		return errors.New("it is empty; leave it out for the API client's own account")
	}
	*k.to = key
	return nil
}
