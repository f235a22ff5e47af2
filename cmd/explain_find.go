package cmd

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// explained returns the row of a code, or of a type that PAPI gives a problem.
func explained(wanted string) (catalogue.Entry, error) {
	code := strings.ToLower(strings.TrimSpace(wanted))
	if slices.Contains(catalogue.Codes(), code) {
		return catalogue.Lookup(code), nil
	}
	if class, ok := papi.ClassOfType(wanted); ok {
		return catalogue.Lookup(string(class)), nil
	}
	err := "there is no error " + strconv.Quote(wanted) + "; propctl explain lists all"
	if like := suggestions(code); len(like) > 0 {
		err = "there is no error " + strconv.Quote(wanted) + settings.DidYouMean(like)
	}
	return catalogue.Entry{}, catalogue.Usagef("%s", err)
}

// How many codes are suggested, and how many letters of them may be different.
const (
	maxSuggestions = 3
	maxDistance    = 3
)

// suggestions are the codes that may have been meant: those that PAPI gives with
// a status, those that have all of the letters in a row, or almost.
func suggestions(wanted string) []string {
	type near struct {
		code     string
		distance int
	}
	var all []near
	for _, e := range catalogue.All() {
		switch d := settings.Distance(wanted, e.Code); {
		case hasStatus(e, wanted), len(wanted) > 1 && strings.Contains(e.Code, wanted):
			all = append(all, near{e.Code, 0})
		case d <= maxDistance && d < len(wanted):
			all = append(all, near{e.Code, d})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var like []string
	for _, n := range all[:min(len(all), maxSuggestions)] {
		like = append(like, n.code)
	}
	return like
}

func hasStatus(e catalogue.Entry, wanted string) bool {
	status, err := strconv.Atoi(wanted)
	return err == nil && slices.ContainsFunc(e.Recognitions(), func(r papi.Recognition) bool { return r.Status == status })
}
