package papi_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

func TestScrubbingLeavesWhatOnlyLooksLikeASecret(t *testing.T) {
	short := papi.Credentials{ClientToken: "c", ClientSecret: "a", AccessToken: "at", AccountKey: "1-A"}
	longer := papi.Credentials{ClientToken: "abcd", ClientSecret: "busy", AccessToken: "stage", AccountKey: "1-ABC"}
	usual := papi.Credentials{
		ClientToken: "akab-client-0001", ClientSecret: "akab-client-0001/xyz+AB=", AccessToken: "akab-access-0001", AccountKey: "B-C-1AB2C3D:1-5X",
	}
	for _, tt := range []struct {
		name        string
		credentials papi.Credentials
		text, want  string
	}{
		{"letters of words", short, "cannot activate at all: a cache", "cannot activate at all: a cache"},
		{"a letter behind its name", short, "client_token=c;access_token=at;x", "client_token=***;access_token=***;x"},
		{"a letter behind its name in JSON", short, `{"client_token": "c", "c": 1}`, `{"client_token": "***", "c": 1}`},
		{"a short key in a URL", short, "/papi/v1/groups?accountSwitchKey=1-A&x=1-A", "/papi/v1/groups?accountSwitchKey=***&x=1-A"},
		{"a short key in an escaped URL", short, "next%3FaccountSwitchKey%3D1-A%26x", "next%3FaccountSwitchKey%3D***%26x"},
		{"the beginning of a longer value", short, "accountSwitchKey=1-ABC", "accountSwitchKey=1-ABC"},
		{"a part of a word", longer, "the resource is busybox, backstage, abcde", "the resource is busybox, backstage, abcde"},
		{"alone", longer, `tokens "abcd", busy.`, `tokens "***", ***.`},
		{"a key alone", longer, "no account 1-ABC", "no account ***"},
		{"another key", longer, "no account 1-ABC-2 or 11-ABC", "no account 1-ABC-2 or 11-ABC"},
		{"wherever it stands", usual, "xakab-access-0001x", "x***x"},
		{"one that another begins with", usual, "akab-client-0001/xyz+AB= and akab-client-0001", "*** and ***"},
		{"escaped", usual, "?accountSwitchKey=B-C-1AB2C3D%3A1-5X", "?accountSwitchKey=***"},
		{"escaped in small letters", usual, "?accountSwitchKey=B-C-1AB2C3D%3a1-5X", "?accountSwitchKey=***"},
		{"a signature", papi.Credentials{}, "nonce=1;signature=ab/c+d=;", "nonce=1;signature=***;"},
		{"no credentials", papi.Credentials{}, "a text", "a text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.credentials.Scrub(tt.text); got != tt.want {
				t.Errorf("%q becomes %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("a secret of usual length", "the key", "before ", " after")
	f.Add("c", "1-A", "accountSwitchKey=", "&contractId=")
	f.Fuzz(func(t *testing.T, token, key, before, after string) {
		c := papi.Credentials{ClientToken: token, AccountKey: key}
		for _, value := range []string{token, key, url.QueryEscape(key)} {
			if len(value) < 8 {
				continue
			}
			if text := c.Scrub(before + value + after); strings.Contains(text, value) && !strings.Contains("***", value) {
				t.Errorf("%q is in %q", value, text)
			}
		}
		if text := c.Scrub("accountSwitchKey=" + key + "&"); len(key) > 0 && !strings.Contains(text, "accountSwitchKey=***&") && !overlaps(token, key) {
			t.Errorf("%q is left in %q", key, text)
		}
	})
}

// overlaps reports whether one of the two may have been cut by the other, or by
// the name that stands before it.
func overlaps(token, key string) bool {
	text := "accountSwitchKey=" + key + "&"
	return strings.ContainsAny(key, "*%") || token != "" && strings.Contains(text, token) || strings.Count(text, key) > 1 || strings.Contains(text, "signature=")
}
