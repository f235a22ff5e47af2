package papi_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
)

func TestSecretsAreRemovedHoweverTheyAreWritten(t *testing.T) {
	for name, body := range map[string]string{
		"unicode": `{"title":"x","detail":"https://akab/papi?accountSwitchKey=1-ABCD\u003a1-XYZ"}`,
		"lower":   `{"title":"x","detail":"https://akab/papi?accountSwitchKey=1-ABCD%3a1-XYZ"}`,
		"slash":   `{"title":"x","detail":"secret s3cret\u002ds3cret="}`,
	} {
		t.Run(name, func(t *testing.T) {
			client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) { return answer(r, 403, body), nil })
			_, err := client.Activations(t.Context(), www())
			for _, s := range []string{"1-ABCD:1-XYZ", "1-ABCD%3a1-XYZ", "s3cret-s3cret="} {
				if strings.Contains(err.Error(), s) {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func TestALocationDoesNotLeak(t *testing.T) {
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
		return answer(r, 201, `{}`, "Location: /papi/v1/properties/prp_1001/activations?accountSwitchKey=1-ABCD:1-XYZ"), nil
	})
	_, err := client.CreateActivation(t.Context(), www(), submission())
	if strings.Contains(err.Error(), "1-ABCD:1-XYZ") {
		t.Errorf("%v", err)
	}
}

func TestAClientPrintsWithoutSecrets(t *testing.T) {
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return nil, nil })
	for _, f := range []string{"%v", "%+v", "%#v"} {
		if strings.Contains(fmt.Sprintf(f, client), "s3cret") {
			t.Errorf("%s prints the secret", f)
		}
	}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "client", client)
	if strings.Contains(b.String(), "s3cret") {
		t.Errorf("slog prints the secret")
	}
}

func TestAnErrorIsOneShortLine(t *testing.T) {
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
		return answer(r, 403, `{"title":"x","detail":"a\nb`+strings.Repeat("x", 1<<20)+`"}`), nil
	})
	_, err := client.Activations(t.Context(), www())
	if s := err.Error(); len(s) > 2000 || strings.Contains(s, "\n") {
		t.Errorf("%d bytes, newline %t", len(s), strings.Contains(s, "\n"))
	}
}

func TestAnEmptyIDSendsNothing(t *testing.T) {
	sent := ""
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
		sent = r.Method + " " + r.URL.Path
		return answer(r, 200, noActivations), nil
	})
	client.Activations(t.Context(), papi.PropertyRef{})
	if sent != "" {
		t.Errorf("sent %s", sent)
	}
	sent = ""
	client.CancelActivation(t.Context(), www(), "")
	if sent != "" {
		t.Errorf("sent %s", sent)
	}
	sent = ""
	client.Activations(t.Context(), papi.PropertyRef{PropertyID: "atv_7"})
	if sent != "" {
		t.Errorf("sent %s", sent)
	}
}

func TestAZeroAccountIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, papi.Options{Account: &papi.Account{}}, func(r *http.Request) (*http.Response, error) { return answer(r, 200, noActivations), nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := client.Activations(ctx, www()); err != nil {
			t.Errorf("%v", err)
		}
	})
}

func TestAZeroErrorPrints(t *testing.T) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("panic: %v", r)
		}
	}()
	_ = (&papi.Error{Class: papi.ClassServer, Method: "GET", Path: "/x"}).Error()
}

func TestAnAccountIDIsNotTakenForASecret(t *testing.T) {
	client, err := papi.New(papi.Credentials{Host: "h.example.com", ClientToken: "a", ClientSecret: "bbbb", AccessToken: "cccc", AccountKey: "B-C-1ED34DY"}, papi.Options{
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, `{"accountId":"act_B-C-1ED34DY","activations":{"items":[{"activationId":"atv_1","network":"STAGING","status":"PENDING","propertyVersion":8}]}}`), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.Activations(t.Context(), www())
	if err != nil {
		t.Fatal("token 'a' is replaced in the keys of the body: ", err)
	}
	if list.AccountID != "act_B-C-1ED34DY" || len(list.Items) != 1 || list.Items[0].ActivationID != "atv_1" {
		t.Errorf("account %q, items %+v", list.AccountID, list.Items)
	}
}

func TestARedirectToAnotherPropertyIsNotFollowed(t *testing.T) {
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "1001") {
			return answer(r, 302, `{"activationLink":"/papi/v1/properties/prp_2002/activations?groupId=1&contractId=2"}`), nil
		}
		return answer(r, 200, noActivations), nil
	})
	list, err := client.Activations(t.Context(), www())
	if err == nil {
		t.Errorf("list of another property taken: %+v", list.Items)
	}
}

func TestPausesDoNotOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		client := clientOver(t, papi.Options{MaxRetries: 80}, func(r *http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			return answer(r, 409, `{"type":"resource-busy"}`), nil
		})
		client.Activations(t.Context(), www())
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < time.Second {
				t.Fatalf("pause %d is %s (of %d attempts)", i, d, len(at))
			}
		}
	})
}

func TestMoreRepeatsThanUsualAreMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		client := clientOver(t, papi.Options{MaxRetries: 20}, func(r *http.Request) (*http.Response, error) {
			if n++; n <= 10 {
				return answer(r, 500, `{}`), nil
			}
			return answer(r, 200, noActivations), nil
		})
		if _, err := client.Activations(t.Context(), www()); err != nil {
			t.Errorf("%d attempts: %v", n, err)
		}
	})
}

func TestRefusalsUnderWayTogetherHalveOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		var at []time.Time
		client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/papi/v1/build" {
				time.Sleep(time.Second)
				return answer(r, 429, `{}`), nil
			}
			n++
			at = append(at, time.Now())
			return answer(r, 200, noActivations), nil
		})
		done := make(chan bool)
		for range 4 {
			go func() { client.Build(t.Context()); done <- true }()
		}
		for range 4 {
			<-done
		}
		for range 8 {
			client.Activations(t.Context(), www())
		}
		if d := at[7].Sub(at[6]); d > 2*time.Second {
			t.Errorf("one refused moment: a request every %s, half of 90 a minute is 1.33s", d)
		}
	})
}

func TestABurstRefusalSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		begun := time.Now()
		client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			n++
			return answer(r, 400, `denied by IPBLOCK-BURST4`), nil
		})
		for range 100 {
			client.Activations(t.Context(), www())
		}
		if time.Since(begun) < time.Second {
			t.Errorf("%d requests in %s although all were refused", n, time.Since(begun))
		}
	})
}
