package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseFault parses OPERATION=FAULT[@N]. FAULT is a status of at least 400, a name in KnownFaults, drop,
// malformed, foreign or a delay such as delay:10s, with -after to perform the operation first. N is how often,
// once by default.
func ParseFault(text string) (Fault, error) {
	operation, what, ok := strings.Cut(text, "=")
	if !ok {
		return Fault{}, fmt.Errorf("fault %q is not OPERATION=FAULT[@N]", text)
	}
	if !slices.Contains(Operations(), Operation(operation)) {
		return Fault{}, fmt.Errorf("fault %q: no operation %q, only %s", text, operation, operationList())
	}
	times := 1
	if name, count, ok := strings.Cut(what, "@"); ok {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return Fault{}, fmt.Errorf("fault %q: how often must be a number of at least 1, not %q", text, count)
		}
		what, times = name, n
	}
	what, after := strings.CutSuffix(what, "-after")
	fault, err := parseWhat(what)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	fault.Operation, fault.Times, fault.After = Operation(operation), times, after
	return fault, nil
}

func operationList() string {
	var names []string
	for _, operation := range Operations() {
		names = append(names, string(operation))
	}
	return strings.Join(names, ", ")
}

const highestStatus = 599

func parseWhat(what string) (Fault, error) {
	if known, ok := KnownFaults()[what]; ok {
		return known, nil
	}
	if length, ok := strings.CutPrefix(what, "delay:"); ok {
		delay, err := time.ParseDuration(length)
		if err != nil || delay <= 0 {
			return Fault{}, fmt.Errorf("no delay %q: it needs a number and a unit", length)
		}
		return Fault{Delay: delay}, nil
	}
	switch what {
	case "drop":
		return Fault{Drop: true}, nil
	case "foreign":
		return Fault{Foreign: true}, nil
	case "malformed":
		return Fault{Malformed: true}, nil
	}
	status, err := strconv.Atoi(what)
	if err != nil || status < http.StatusBadRequest || status > highestStatus {
		names := slices.Sorted(maps.Keys(KnownFaults()))
		return Fault{}, fmt.Errorf("no fault %q: a status from 400 to 599, drop, malformed, foreign, delay:DURATION, or one of %s",
			what, strings.Join(names, ", "))
	}
	return Fault{Status: status}, nil
}
