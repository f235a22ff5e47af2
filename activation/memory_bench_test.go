package activation_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// longHistory is a list of so many activations on staging, of which the last one is
// active.
func longHistory(n int) string {
	var b strings.Builder
	b.WriteString(`{"accountId":"act_1","contractId":"ctr_1","groupId":"grp_1","activations":{"items":[`)
	begun := time.Date(2014, 3, 2, 2, 0, 0, 0, time.UTC)
	for i := range n {
		status, comma := papi.StatusInactive, ","
		if i == n-1 {
			status, comma = papi.StatusActive, ""
		}
		at := begun.Add(time.Duration(i) * time.Hour)
		fmt.Fprintf(&b, `{"activationId":"atv_%d","propertyName":"www.example.com","propertyId":"prp_1001","propertyVersion":%d,`+
			`"network":"STAGING","activationType":"ACTIVATE","status":%q,"submitDate":%q,"updateDate":%q,`+
			`"note":"one of many","notifyEmails":["you@example.com","team@example.com"],"fmaActivationState":"steady",`+
			`"fallbackInfo":{"fastFallbackAttempted":false,"fallbackVersion":%d,"canFastFallback":true,"steadyStateTime":%d,"fastFallbackExpirationTime":%d}}%s`,
			100_000+i, i+1, status, at.Format(time.RFC3339), at.Add(90*time.Second).Format(time.RFC3339), i, at.Unix()+90, at.Unix()+3690, comma)
	}
	b.WriteString(`]}}`)
	return b.String()
}

// BenchmarkLongHistory reports what 10,000 activations in a list cost: the list alone,
// which is papi's share, and with the decisions of the engine.
func BenchmarkLongHistory(b *testing.B) {
	list := longHistory(10_000)
	client, err := papi.New(papi.Credentials{Host: "akab.example.com", ClientToken: "a", ClientSecret: "b", AccessToken: "c"},
		papi.Options{Transport: rtf(func(r *http.Request) (*http.Response, error) { return reply(r, http.StatusOK, list), nil })})
	if err != nil {
		b.Fatal(err)
	}
	engine := &activation.Engine{API: client}
	target := www()
	target.Version, target.DryRun = 20_000, true
	for name, run := range map[string]func(context.Context) error{
		"list":     func(ctx context.Context) error { _, err := client.Activations(ctx, target.Property); return err },
		"activate": func(ctx context.Context) error { _, err := engine.Activate(ctx, target); return err },
		"rollback": func(ctx context.Context) error {
			back := activation.RollbackTarget{Target: target}
			back.Version = 0
			_, err := engine.Rollback(ctx, back)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				if err := run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB-allocated/op")
		})
	}
}
