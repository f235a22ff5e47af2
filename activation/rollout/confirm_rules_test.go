package rollout

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

// groups is a PAPI whose lists of groups fail as long as there are errors left.
type groups struct {
	API

	errs *[]error
}

func (g groups) Properties(context.Context, papi.ListQuery) (*papi.PropertyList, error) {
	if len(*g.errs) == 0 {
		return &papi.PropertyList{}, nil
	}
	err := (*g.errs)[0]
	*g.errs = (*g.errs)[1:]
	return nil, err
}

// A list that could not be read has shown nothing: it is asked for again, and the items
// themselves where that does not help.
func TestAListThatCannotBeReadConfirmsNothing(t *testing.T) {
	down := &papi.Error{StatusCode: http.StatusInternalServerError, Class: papi.ClassServer}
	forbidden := &papi.Error{StatusCode: http.StatusForbidden, Class: papi.ClassForbidden}
	for _, c := range []struct {
		name   string
		errs   []error
		rounds int // until it is decided
		own    bool
	}{
		{"read at once", nil, 1, false},
		{"read the third time", []error{down, down}, 3, false},
		{"never read", []error{down, down, down, down, down, down, down, down}, maxDowns + 1, true},
		{"forbidden", []error{forbidden}, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &loop{board: boardOf(planOf(staging, 3), Options{}, "active active active")}
			l.runner = &Runner{API: groups{errs: &c.errs}}
			for _, e := range l.entries {
				e.ContractID, e.GroupID = "ctr_1", "grp_1"
			}
			for round := 1; ; round++ {
				l.confirm(t.Context(), l.entries)
				if e := l.entries[2]; !e.shownAt.IsZero() {
					if round != c.rounds || e.again != c.own {
						t.Errorf("round %d, asked itself: %t", round, e.again)
					}
					return
				}
				if now := l.clock.now(); l.rest.Sub(now) < 29*time.Second || l.entries[2].again || l.trouble != nil {
					t.Fatalf("round %d: it rests until %s, now %s; %+v", round, l.rest, now, l.trouble)
				}
				l.clock.date = l.clock.date.Add(time.Minute)
			}
		})
	}
}
