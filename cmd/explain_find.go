package cmd

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/propctl/propctl/papi"
)

// explained returns the row of a code, or of a type that PAPI gives a problem.
func explained(wanted string) (entry, error) {
	code := strings.ToLower(strings.TrimSpace(wanted))
	if slices.Contains(codes(), code) {
		return entryOf(code), nil
	}
	if class, ok := papi.ClassOfType(wanted); ok {
		return entryOf(string(class)), nil
	}
	err := "there is no error " + strconv.Quote(wanted) + "; propctl explain lists all"
	if like := suggestions(code); len(like) > 0 {
		err = "there is no error " + strconv.Quote(wanted) + didYouMean(like)
	}
	return entry{}, usagef("%s", err)
}

// How many codes are suggested, and how unlike what was typed they may be.
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
	for _, e := range catalogue() {
		switch d := distance(wanted, e.code); {
		case hasStatus(e, wanted), len(wanted) > 1 && strings.Contains(e.code, wanted):
			all = append(all, near{e.code, 0})
		case d <= maxDistance && d < len(wanted):
			all = append(all, near{e.code, d})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var like []string
	for _, n := range all[:min(len(all), maxSuggestions)] {
		like = append(like, n.code)
	}
	return like
}

func hasStatus(e entry, wanted string) bool {
	status, err := strconv.Atoi(wanted)
	return err == nil && slices.ContainsFunc(e.recognitions(), func(r papi.Recognition) bool { return r.Status == status })
}
