package cmd_test

import (
	"runtime/debug"
	"testing"
)

// garbage is how much there may be before it is collected, in percent of what is in
// use. Tests begin thousands of runs, and memory is not what they are short of.
const garbage = 400

func TestMain(m *testing.M) {
	debug.SetGCPercent(garbage)
	m.Run()
}
