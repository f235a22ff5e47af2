package pace_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

func TestAPaceOfOneProcess(t *testing.T) {
	open := func(_ *testing.T, speed float64) (one, other pace.Pace) {
		local := pace.NewLocal(speed)
		return local, local
	}
	pacetest.Run(t, open)
	pacetest.Any(t, synctest.Test, open)
}

func TestAPaceOfOneMachine(t *testing.T) {
	open := func(t *testing.T, speed float64) (one, other pace.Pace) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "a", "b", "pace.json")
		return pace.NewFile(path, speed), pace.NewFile(path, speed)
	}
	pacetest.Run(t, open)
	pacetest.Any(t, synctest.Test, open)
}
