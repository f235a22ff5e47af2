package activation_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestARefusedPartOfABucketChangeIsPartlyDone(t *testing.T) {
	for name, want := range map[string]func(error) bool{
		"errors": isA[*papi.Error], "budget": isA[*activation.LimitError], "forbidden": isA[*papi.Error],
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, simulator.Options{HostnamesPerProperty: 5000})
				f := fault(t, "patch-bucket="+name)
				f.Skip, f.Times = 1, -1
				s.sim.Inject(f)
				result, err := s.engine.ChangeBucket(anHour(t), bucketChange(2500))
				partly, ok := errors.AsType[*activation.PartlyDoneError](err)
				if !ok || partly.Done != 1000 || partly.Wanted != 2500 || !want(err) {
					t.Fatalf("error is %v", err)
				}
				if !strings.Contains(err.Error(), "1000 of 2500 hostnames are changed and live on STAGING") {
					t.Errorf("%q", err)
				}
				if len(result.Hostnames.Added) != 1000 || result.Outcome != "" {
					t.Errorf("outcome %q, %d added", result.Outcome, len(result.Hostnames.Added))
				}
			})
		})
	}
}

func TestABucketChangeGoesOnWhereItWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{HostnamesPerProperty: 5000})
		f := fault(t, "patch-bucket=forbidden")
		f.Skip = 1
		s.sim.Inject(f)
		if _, err := s.engine.ChangeBucket(anHour(t), bucketChange(2500)); err == nil {
			t.Fatal("nothing was refused")
		}
		result, err := s.another().ChangeBucket(anHour(t), bucketChange(2500))
		if err != nil || result.Outcome != activation.OutcomeActive || len(result.Hostnames.Added) != 1500 {
			t.Errorf("outcome %q, %d added: %v", result.Outcome, len(result.Hostnames.Added), err)
		}
	})
}

func TestABucketChangeOfWhichNothingWasDoneIsNotPartlyDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "patch-bucket=forbidden"))
		if _, err := s.engine.ChangeBucket(anHour(t), bucketChange(3)); err == nil || isA[*activation.PartlyDoneError](err) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAStoppedBucketChangeIsPartlyDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{HostnamesPerProperty: 5000})
		ctx, cancel := contextWithin(t, 2*time.Minute) // a part takes 90 s
		defer cancel()
		_, err := s.engine.ChangeBucket(ctx, bucketChange(2500))
		partly, ok := errors.AsType[*activation.PartlyDoneError](err)
		if !ok || partly.Done != 1000 || !isA[*activation.StoppedError](err) || !errors.Is(err, activation.ErrTimeout) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAVersionThatWasMadeAndNotActivatedIsPartlyDone(t *testing.T) {
	for _, what := range []string{"errors", "budget", "forbidden"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, simulator.Options{})
				s.sim.Inject(fault(t, "submit="+what))
				result, err := s.engine.ChangeHostnames(t.Context(), added())
				partly, ok := errors.AsType[*activation.PartlyDoneError](err)
				if !ok || partly.Wanted != 0 || !result.Hostnames.Created || !strings.Contains(err.Error(), "is made of version 7 and not activated") {
					t.Fatalf("error is %v", err)
				}
				again, err := s.another().ChangeHostnames(t.Context(), added())
				if err != nil || again.Version != result.Hostnames.Version || !again.Hostnames.Resumed {
					t.Errorf("again: version %d after %d: %v", again.Version, result.Hostnames.Version, err)
				}
			})
		})
	}
}

func TestARefusedVersionIsNotPartlyDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "create-version=forbidden"))
		if _, err := s.engine.ChangeHostnames(t.Context(), added()); err == nil || isA[*activation.PartlyDoneError](err) {
			t.Errorf("error is %v", err)
		}
	})
}
