package coordinator

import (
	"errors"
	"strings"
	"testing"
)

// A lease that is longer than a duration can be is not short.
func TestALeaseThatOverflowsIsNotRead(t *testing.T) {
	for _, lease := range []string{"9223372036854775807", "9223372036855", "18446744073710", "3600001", "0", "-1"} {
		text := strings.ReplaceAll(`{"v":1,"tickets":[{"id":"x","phase":"waiting","leaseMs":LEASE,"holder":{}}]}`, "LEASE", lease)
		_, err := readLine("turn.x", Entry{Value: []byte(text), Revision: 1})
		if _, unreadable := errors.AsType[*UnreadableError](err); !unreadable {
			t.Errorf("a lease of %s ms was read: %v", lease, err)
		}
	}
}
