package page

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// rolled is the document of a rollout of n properties on both networks, in two waves. Each
// item's state is what state says of its number.
func rolled(n int, state func(int) rollout.State) *result.Document {
	v := &result.Rollout{Name: "r", Mark: "r/0123456789ab", Networks: []papi.Network{papi.Staging, papi.Production}, Totals: &result.RolloutTotals{Items: 2 * n}}
	for wave, items := range [][2]int{{0, 2}, {2, n}} {
		w := &result.RolloutWave{Name: fmt.Sprint("w", wave+1), Outcome: rollout.WaveRunning, Totals: &result.RolloutTotals{}}
		for _, network := range v.Networks {
			for i := items[0]; i < items[1]; i++ {
				item := &result.RolloutItem{
					Property: &result.Property{ID: papi.ID(fmt.Sprint("prp_", i)), Name: new(fmt.Sprintf("p%05d.example.com", i))},
					Network:  network, Version: 2, Outcome: state(i),
				}
				if item.Outcome.Bad() {
					item.Error = &result.Error{Code: "failed", Message: "it has failed because of <this>"}
				}
				w.Items = append(w.Items, item)
			}
		}
		v.Waves = append(v.Waves, w)
	}
	return &result.Document{Command: "rollout apply", Outcome: "failed", ExitCode: catalogue.ExitFailed, Rollout: v}
}

func rendered(t *testing.T, d *result.Document) string {
	t.Helper()
	page, err := Render(d, &journal.Run{Command: d.Command, Begun: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(string(page)))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return string(page)
		} else if err != nil {
			t.Fatal("the page is not well-formed: ", err)
		}
	}
}

func TestARolloutIsAPictureWithACellForEachItem(t *testing.T) {
	states := []rollout.State{
		rollout.Active, rollout.Failed, rollout.Waiting, rollout.Underway, rollout.Returned, rollout.Skipped, rollout.Uncertain,
	}
	page := rendered(t, rolled(70, func(i int) rollout.State { return states[i%len(states)] }))
	waves, _, _ := strings.Cut(page[strings.Index(page, "<h2>Waves"):], "<h2>The rollout")
	_, waves, _ = strings.Cut(waves, "</ul>") // the legend, which has one of each
	for _, class := range []string{"c-done", "c-fail", "c-wait", "c-way", "c-back", "c-out", "c-unknown"} {
		if have := strings.Count(waves, `<i class="c `+class+`"`); have != 20 {
			t.Errorf("%d cells are %s", have, class)
		}
	}
	if !strings.Contains(waves, `title="p00003.example.com 2: on its way"`) {
		t.Error("a cell does not say what it is")
	}
}

func TestWhatFailedStandsBeforeTheWavesOnAPage(t *testing.T) {
	d := rolled(10, func(i int) rollout.State {
		if i == 7 {
			return rollout.Failed
		}
		return rollout.Active
	})
	d.Rollout.Waves[0].Checks = []*result.RolloutCheck{{Check: "home", Property: "p1", Network: papi.Staging, Outcome: rollout.NotHeld, Detail: "status 500"}}
	page := rendered(t, d)
	failed, check, waves := strings.Index(page, "p00007.example.com"), strings.Index(page, "status 500"), strings.Index(page, "<h2>Waves")
	if failed < 0 || check < failed || waves < check {
		t.Errorf("what failed at %d, the check at %d, the waves at %d", failed, check, waves)
	}
	if strings.Contains(page, "<this>") || strings.Count(page, "it has failed because of &lt;this&gt;") != 2 {
		t.Error("why it failed is not told once for each network")
	}
}

func TestThePageOfARolloutOfThousandsStaysBelowAMegabyte(t *testing.T) {
	for _, state := range []rollout.State{rollout.Active, rollout.Failed} {
		page := rendered(t, rolled(5000, func(int) rollout.State { return state }))
		if size := len(page); size > 1<<20 {
			t.Errorf("%s: %d bytes", state, size)
		}
		if !strings.Contains(page, "more</p>") {
			t.Errorf("%s: the page does not say that something was left out", state)
		}
	}
}
