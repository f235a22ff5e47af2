package papi_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
)

func TestAnAttemptEndsInTime(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options papi.Options
		write   bool
		trickle bool
		after   time.Duration
		text    string
	}{
		{name: "a read whose answer does not begin", after: 50 * time.Second, text: "the beginning of an answer did not come within 50s"},
		{name: "a read whose answer does not end", trickle: true, after: 60 * time.Second, text: "the whole answer did not come within 1m0s"},
		{name: "a submission", write: true, after: 100 * time.Second, text: "the beginning of an answer did not come within 1m40s"},
		{name: "a time-out that was chosen", options: papi.Options{RequestTimeout: 6 * time.Second}, after: 5 * time.Second, text: "the beginning of an answer did not come within 5s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.options.MaxRetries = -1
				client := clientOver(t, tt.options, func(r *http.Request) (*http.Response, error) {
					if tt.trickle {
						resp := answer(r, 200, "")
						resp.Body = slowBody{r.Context()}
						return resp, nil
					}
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
				begun := time.Now()
				var err error
				if tt.write {
					_, err = client.CreateActivation(t.Context(), www(), submission())
				} else {
					_, err = client.Activations(t.Context(), www())
				}
				if !errors.Is(err, papi.ClassTimeout) || time.Since(begun) != tt.after || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("after %s: %v", time.Since(begun), err)
				}
			})
		})
	}
}

// slowBody never ends by itself.
type slowBody struct{ ctx context.Context }

func (b slowBody) Read(p []byte) (int, error) {
	select {
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	case <-time.After(time.Second):
		return copy(p, " "), nil
	}
}

func (b slowBody) Close() error { return nil }

func TestTheEndOfTheCommandIsToldFromATimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("time is up")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, cause)
		defer cancel()
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		if _, err := client.Activations(ctx, www()); !errors.Is(err, cause) || errors.Is(err, papi.ClassTimeout) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAnAnswerOfMoreThan16MiBIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"x":"`), &endless{}))
			return resp, nil
		})
		if _, err := client.Activations(t.Context(), www()); !errors.Is(err, papi.ClassMalformed) || !strings.Contains(err.Error(), "larger than 16 MiB") {
			t.Errorf("error is %v", err)
		}
	})
}

type endless struct{}

func (*endless) Read(p []byte) (int, error) { return len(p), nil }

func TestTheLimiterStaysBelowPAPIsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return answer(r, 200, noActivations), nil })
		begun := time.Now()
		for range 1000 + 90 {
			if _, err := client.Activations(t.Context(), www()); err != nil {
				t.Fatal(err)
			}
		}
		if elapsed := time.Since(begun).Round(time.Second); elapsed != time.Minute {
			t.Errorf("90 requests after the burst took %s, want a minute", elapsed)
		}
	})
}

func TestBothVersionsOfHTTPWork(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %t", h2), func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if (r.ProtoMajor == 2) != h2 {
					t.Errorf("the request came with %s", r.Proto)
				}
				_, _ = io.WriteString(w, noActivations)
			}))
			server.EnableHTTP2 = h2
			server.StartTLS()
			defer server.Close()
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			network := papi.NewTransport(roots)
			network.Proxy = nil
			client, err := papi.New(papi.Credentials{
				Host: strings.TrimPrefix(server.URL, "https://"), ClientToken: "a", ClientSecret: "b", AccessToken: "c",
			}, papi.Options{Transport: network})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Activations(t.Context(), www()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestACertificateThatIsNotTrustedIsNotTriedAgain(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	network := papi.NewTransport(x509.NewCertPool())
	network.Proxy = nil
	attempts := 0
	client, err := papi.New(papi.Credentials{
		Host: strings.TrimPrefix(server.URL, "https://"), ClientToken: "a", ClientSecret: "b", AccessToken: "c",
	}, papi.Options{Transport: network, Observe: func(papi.Attempt) { attempts++ }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Activations(t.Context(), www())
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok || !errors.Is(err, papi.ClassTLS) || attempts != 1 {
		t.Errorf("%d attempts: %v", attempts, err)
	}
}
