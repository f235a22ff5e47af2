package coordinator_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

// machine returns the pace of a process on a machine, which has a folder. Without one
// it is alone there.
func machine(t *testing.T, store coordinator.Store, speed float64, folder string) *pace.Shared {
	t.Helper()
	path := ""
	if folder != "" {
		path = filepath.Join(folder, "desk.json")
	}
	s := pace.NewShared(&coordinator.Buckets{Store: store, Speed: speed}, pace.NewLocal(speed), path, speed)
	s.Belongs(t.Context(), "act_1-ABC")
	return s
}

func TestAPaceOfManyMachines(t *testing.T) {
	for machines, folders := range map[int]func(*testing.T) [2]string{
		1: func(t *testing.T) [2]string { t.Helper(); one := t.TempDir(); return [2]string{one, one} },
		2: func(t *testing.T) [2]string { t.Helper(); return [2]string{t.TempDir(), t.TempDir()} },
		3: func(*testing.T) [2]string { return [2]string{} }, // without a folder
	} {
		t.Run(strconv.Itoa(machines), func(t *testing.T) {
			pacetest.Any(t, synctest.Test, func(t *testing.T, speed float64) (one, other pace.Pace) {
				t.Helper()
				store, where := &coordinator.Memory{}, folders(t)
				return machine(t, store, speed, where[0]), machine(t, store, speed, where[1])
			})
		})
	}
}
