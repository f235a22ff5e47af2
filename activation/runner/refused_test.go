package runner_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi/simulator"
)

// refusing is work that nobody may take.
type refusing struct {
	coordinator.Work

	asked *int
}

func (r refusing) Next(context.Context, string) (*coordinator.Task, error) {
	*r.asked++
	return nil, fmt.Errorf("%w: publish to message %d", coordinator.ErrNotAllowed, *r.asked)
}

// A right that is missing stays missing: it is not an outage that ends and begins.
func TestAMissingRightIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 3, simulator.Options{})
		p := s.plan(manifest(3))
		s.handIn(p)
		r := s.runner(t.Context(), "one", p.AccountID)
		asked := 0
		r.Work, r.AtOnce = refusing{r.Work, &asked}, 1
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_, _ = r.Run(ctx)
		if all := s.lines(); strings.Count(all, "does not allow it") != 1 || strings.Contains(all, "answers again") || asked < 3 {
			t.Errorf("asked %d times:\n%s", asked, all)
		}
	})
}
