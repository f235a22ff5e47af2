package papi

import "errors"

// A small document can need a lot of memory: an empty object takes three bytes in a list, and hundreds when
// decoded as an activation. So lists are counted before they are decoded.
const (
	maxItems    = 50_000  // in one list
	maxAllItems = 250_000 // in all lists of an answer
	maxDepth    = 1_000   // of nested lists and objects
)

var (
	errTooMany = errors.New("it has a list that is too long")
	errTooDeep = errors.New("its lists and objects are nested too deeply")
)

// checkAmount returns an error if a JSON document is too large or too deep to be decoded. It ignores other
// mistakes.
func checkAmount(doc []byte) error {
	var (
		open     []int // members of each list that is open, -1 for an object
		all      int
		inString bool
	)
	for i := 0; i < len(doc); i++ {
		c := doc[i]
		switch {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			if len(open) == maxDepth {
				return errTooDeep
			}
			members := -1
			if c == '[' {
				members = 1
				all++
			}
			open = append(open, members)
		case (c == ']' || c == '}') && len(open) > 0:
			open = open[:len(open)-1]
		case c == ',' && len(open) > 0 && open[len(open)-1] > 0:
			all++
			if open[len(open)-1]++; open[len(open)-1] > maxItems || all > maxAllItems {
				return errTooMany
			}
		}
	}
	return nil
}
