package settings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// What was mistyped is taken for the word that is nearest to it, and for none
// where every word is far: a wrong guess is worse than none.

// mostGuesses is how many words may be meant.
const mostGuesses = 3

// Nearest returns those of the words that may have been meant, the most likely
// first: it is the beginning of them, or few letters are different.
func Nearest(typed string, words ...string) []string {
	type near struct {
		word string
		far  int
	}
	typed = strings.ToLower(strings.TrimSpace(typed))
	if len(typed) > term.MaxName {
		return nil
	}
	var all []near
	for _, word := range words {
		switch far, most := Distance(typed, word), max(1, min(len(word), len(typed))/3); {
		case len(typed) > 1 && strings.HasPrefix(word, typed):
			all = append(all, near{word, 1})
		case far <= most && far < len(typed):
			all = append(all, near{word, far})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.far, b.far) })
	var meant []string
	for _, n := range all[:min(len(all), mostGuesses)] {
		if n.far == all[0].far {
			meant = append(meant, n.word)
		}
	}
	return meant
}

// DidYouMean is the end of an error; empty where nothing is near.
func DidYouMean(meant []string) string {
	if len(meant) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(meant, " or ") + "?"
}

// FlagError is the error for a flag that there is not, or whose value cannot be
// read. pflag's own begins with the value, and would not come to the flag's name
// if it is long.
func FlagError(c *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		typed := cmp.Or(e.GetSpecifiedShortnames(), e.GetSpecifiedName())
		return fmt.Errorf("%w%s", err, DidYouMean(flagsLike(c, typed)))
	}
	e, ok := errors.AsType[*pflag.InvalidValueError](err)
	switch {
	case !ok:
		return err
	case len(e.GetValue()) > term.MaxName:
		return fmt.Errorf("--%s does not take a value of %d characters", e.GetFlag().Name, utf8.RuneCountInString(e.GetValue()))
	}
	flag := e.GetFlag()
	if flag.Name == "account-key" { // whose value nobody is shown
		return fmt.Errorf("--account-key: %w", e.Unwrap())
	}
	if whole := flag.Shorthand + e.GetValue(); flag.Shorthand != "" && whole == flag.Name { // -network staging
		return fmt.Errorf("%w; did you mean --%s?", err, whole)
	}
	if cause := inWords(flag, e.GetValue(), e.Unwrap()); !errors.Is(cause, e.Unwrap()) {
		return fmt.Errorf("--%s: %w", flag.Name, cause)
	}
	return err
}

// flagsLike returns the flags of a command that may have been meant.
func flagsLike(c *cobra.Command, typed string) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	var meant []string
	for _, name := range Nearest(typed, names...) {
		meant = append(meant, "--"+name)
	}
	return meant
}

// Distance is how many letters have to be put in, taken out, changed or swapped
// with the next one to make b of a.
func Distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// ArgumentCountError is the error for a wrong number of arguments.
func ArgumentCountError(c *cobra.Command, args []string) error {
	n := "no argument"
	if len(args) == 1 && len(c.ValidArgs) > 0 {
		return catalogue.Usagef("%q is not one of %s%s", args[0], strings.Join(c.ValidArgs, ", "), DidYouMean(Nearest(args[0], c.ValidArgs...)))
	}
	if len(args) > 0 {
		n = term.Plural(len(args), "argument")
	}
	return catalogue.Usagef("%s was given %s", strings.TrimSuffix(c.UseLine(), " [flags]"), n)
}
