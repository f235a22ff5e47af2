package papi_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
)

func TestSuspendedUntilIsNotWhileAnotherRequestTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := false
		client, _ := patient(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			if slow {
				time.Sleep(20 * time.Second)
			}
			return answer(r, 503, ""), nil
		})
		for range 7 {
			_, _ = client.Activations(t.Context(), www())
		}
		_, err := client.Activations(t.Context(), www())
		if until := papi.SuspendedUntil(err); !until.Equal(time.Now().Add(30 * time.Second)) {
			t.Errorf("suspended until %s: %v", until, err)
		}
		time.Sleep(30 * time.Second)
		slow = true
		go func() { _, _ = client.Activations(t.Context(), www()) }()
		synctest.Wait()
		_, err = client.Activations(t.Context(), www())
		if until := papi.SuspendedUntil(err); err == nil || !until.IsZero() {
			t.Errorf("while another request tries, it is suspended until %s: %v", until, err)
		}
		time.Sleep(time.Minute)
	})
}
