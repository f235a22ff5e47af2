//go:build unix

package coordinator_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi"
)

// BenchmarkWork hands 10,000 items to runners of four workers each that take the turn of
// each, permit, note a submission, and say so, as fast as the coordination lets them.
func BenchmarkWork(b *testing.B) {
	for _, runners := range []int{1, 5, 20} {
		b.Run(fmt.Sprintf("runners=%d", runners), func(b *testing.B) {
			for range b.N {
				const items = 10000
				s := serve(b, "")
				lead := member(b, jetstream.Options{URL: s.url()})
				if _, err := lead.Get(b.Context(), "check"); err != nil {
					b.Fatal(err)
				}
				ctx, stop := context.WithCancel(b.Context())
				defer stop()
				var done atomic.Int32
				var all sync.WaitGroup
				begun := time.Now()
				for range runners {
					c := member(b, jetstream.Options{URL: s.url()})
					turns := &coordinator.Turns{Store: c}
					for range 4 {
						all.Go(func() {
							for {
								task, err := c.Next(ctx, "1-ABC")
								if err != nil {
									return
								}
								turn, err := turns.Take(ctx, task.At, func(activation.Ahead) error { return nil })
								if err != nil {
									return
								}
								_ = turn.Look(ctx)
								_, _ = turn.Permit(ctx, func(papi.ID) bool { return true })
								turn.Submitted(ctx, "atv_1", activation.Accepted)
								turn.Leave()
								_ = c.Tell(ctx, "topic", []byte("{}"))
								_ = task.Done(ctx)
								if done.Add(1) == items {
									stop()
								}
							}
						})
					}
				}
				offers := make(chan int)
				for range 16 {
					all.Go(func() {
						for i := range offers {
							at := activation.Line{Account: "1-ABC", Asset: papi.ID(fmt.Sprintf("prp_%d", i)), Network: papi.Staging}
							if err := lead.Offer(b.Context(), at, []byte(`{"v":1}`)); err != nil {
								b.Error(err)
							}
						}
					})
				}
				for i := range items {
					offers <- i
				}
				close(offers)
				<-ctx.Done()
				all.Wait()
				b.ReportMetric(items/time.Since(begun).Seconds(), "items/s")
			}
		})
	}
}
