package settings

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Servers are shown by scheme and host: what else is in their URLs may be secret.
func TestServersAreShownWithoutSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "",
		"nats://nats.example.com":                "nats://nats.example.com",
		"nats://u:hunter2@nats.example.com:4222": "nats://nats.example.com:4222",
		"tls://hunter2@nats.example.com?token=hunter2#hunter2":   "tls://nats.example.com",
		" nats://a:hunter2@one:1 , tls://b:hunter2@two/hunter2 ": "nats://one:1,tls://two",
		"nats://u:hunter2%zz@nats.example.com":                   "…",
		"hunter2":                                                "…",
		"nats://hunter2/x@nats.example.com":                      "…",
		"nats://u:12#hunter2@nats.example.com":                   "…",
		"nats://[::1]:4222":                                      "nats://[::1]:4222",
	} {
		var s Servers
		if err := s.Set(text); err != nil {
			t.Fatal(err)
		}
		if have := s.String(); have != want || strings.Contains(have, "hunter2") {
			t.Errorf("%q is shown as %q, want %q", text, have, want)
		}
	}
}

func TestWhatNamesNoServersIsRefusedWithoutItsText(t *testing.T) {
	for text, good := range map[string]bool{
		"":                                      true,
		"nats://nats.example.com":               true,
		"nats://one, tls://u:p@two:4222":        true,
		"nats://[::1]:4222":                     true,
		"nats.example.com:4222":                 false,
		"https://u:hunter2@nats.example.com":    false,
		"nats://u:hunter2@":                     false,
		"nats://u:hunter2@one,":                 false,
		"nats://u:hunter2@one, http://two":      false,
		"nats://hunter2%zz@one":                 false,
		"nats://u:hunter2@a\u202eb":             false,
		"nats://" + strings.Repeat("a", maxURL): false,
		"nats://u:hunter2@one two":              false,
		"nats://u:12/hunter2@one":               false,
		"nats://u:12?hunter2@one":               false,
		"nats://hunter2#x@one":                  false,
	} {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		var g Flags
		g.Declare(flags)
		if err := flags.Set("coordinator", text); err != nil {
			t.Fatal(err)
		}
		err := g.Coordinator.check()
		if (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "--coordinator")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
