//go:build unix

package coordinator_test

import (
	"flag"
	"testing"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

var long = flag.Bool("long", false, "also run what takes minutes")

func TestWorkOnAServer(t *testing.T) {
	coordinatortest.RunWork(t, pacetest.RealTime, func(t *testing.T) func() coordinator.Work {
		t.Helper()
		s := serve(t, "")
		return func() coordinator.Work { return member(t, jetstream.Options{URL: s.url(), Name: t.Name()}) }
	}, *long)
}
