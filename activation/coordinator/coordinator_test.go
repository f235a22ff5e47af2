package coordinator_test

import (
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
)

func TestAStoreOfOneProcess(t *testing.T) {
	coordinatortest.Run(t, synctest.Test, func(*testing.T) func() coordinator.Store {
		store := &coordinator.Memory{}
		return func() coordinator.Store { return store }
	})
}

func TestWorkOfOneProcess(t *testing.T) {
	coordinatortest.RunWork(t, synctest.Test, func(*testing.T) func() coordinator.Work {
		work := &coordinator.MemoryWork{}
		return func() coordinator.Work { return work }
	}, true)
}
