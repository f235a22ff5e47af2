package activation_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// A mistake of the caller sends nothing, and says what is missing.
func TestATargetThatIsNotCompleteSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		property := papi.PropertyRef{PropertyID: "prp_1001"}
		for _, tt := range []struct {
			target activation.Target
			says   string
		}{
			{activation.Target{Network: papi.Staging, Version: 8}, "neither a property nor an include"},
			{activation.Target{Property: property, Version: 8}, `network "" is neither`},
			{activation.Target{Property: property, Version: 8, Network: "staging"}, `network "staging" is neither`},
			{activation.Target{Property: property, Network: papi.Staging}, "neither a version"},
			{activation.Target{Include: papi.IncludeRef{IncludeID: "inc_5001"}, Network: papi.Staging, Version: 1}, "needs Includes"},
		} {
			engine := *s.engine
			engine.Includes = nil
			for name, call := range map[string]func() (*activation.Result, error){
				"activate":   func() (*activation.Result, error) { return engine.Activate(t.Context(), tt.target) },
				"deactivate": func() (*activation.Result, error) { return engine.Deactivate(t.Context(), tt.target) },
				"rollback": func() (*activation.Result, error) {
					return engine.Rollback(t.Context(), activation.RollbackTarget{Target: tt.target})
				},
			} {
				if name != "activate" && strings.Contains(tt.says, "version") {
					continue // it needs none
				}
				if result, err := call(); result == nil || err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%s of %+v: %v, want %q", name, tt.target, err, tt.says)
				}
			}
		}
		if n := s.sim.Count(simulator.OpAny); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}
