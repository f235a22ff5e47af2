package papi

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// How much of a list of problems is kept.
const (
	maxProblems     = 10_000
	maxProblemBytes = 1 << 20
	maxTypes        = 32 // of the problems that are left out
)

// errUnread reports that a document was not read to its end.
var errUnread = errors.New("it is not read to its end")

// read decodes a problem document. It goes member by member, so that a list which is long or cut off does not
// lose what precedes it. A member of an unexpected type is ignored.
func (e *Error) read(body []byte) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return
	}
	var warningTypes []string
	members := map[string]any{
		"type": &e.Type, "title": &e.Title, "detail": &e.Detail, "instance": &e.Instance, "messageid": &e.MessageID,
		"errorlocation": &e.ErrorLocation, "behaviorname": &e.BehaviorName, "limitkey": &e.LimitKey, "limit": &e.Limit, "remaining": &e.Remaining,
		"errors":   &problemList{&e.Errors, &e.ErrorsLeftOut, &e.leftOutTypes},
		"warnings": &problemList{&e.Warnings, &e.WarningsLeftOut, &warningTypes},
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return
		}
		text, _ := name.(string)
		switch member := members[strings.ToLower(text)].(type) {
		case nil:
			err = decoder.Decode(new(json.RawMessage))
		case *problemList:
			err = member.read(decoder)
		default:
			err = decoder.Decode(member)
		}
		if err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
			return
		}
	}
}

// problemList decodes a list of problems, and keeps the first ones.
type problemList struct {
	kept    *[]Problem
	leftOut *int
	types   *[]string // of the problems that are left out
}

func (l *problemList) read(decoder *json.Decoder) error {
	open, err := decoder.Token()
	if delim, ok := open.(json.Delim); err != nil || !ok {
		return err // a string or a number instead of a list
	} else if delim != '[' {
		return errUnread
	}
	begin := decoder.InputOffset()
	for n := 0; decoder.More(); n++ {
		if n == maxItems {
			return errUnread
		}
		var p Problem
		if err := decoder.Decode(&p); err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
			return err
		}
		if len(*l.kept) < maxProblems && *l.leftOut == 0 && decoder.InputOffset()-begin <= maxProblemBytes {
			*l.kept = append(*l.kept, p)
			continue
		}
		*l.leftOut++
		if len(*l.types) < maxTypes && !slices.Contains(*l.types, p.Type) {
			*l.types = append(*l.types, p.Type)
		}
	}
	_, err = decoder.Token() // the end of the list
	return err
}

func atMost(p []Problem, n int) []Problem { return p[:min(len(p), n)] }
