package papi_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi"
)

const edgerc = `[default]
host = akab-one.luna.akamaiapis.net
client_token = akab-ct
client_secret = abc+/def=
access_token = akab-at

[other]
host = https://AKAB-Two.luna.akamaiapis.net/
client_token = akab-ct2
client_secret = xyz=
access_token = akab-at2
account_key = 1-ABC
max_body = 2048
`

func writeEdgerc(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".edgerc")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCredentialsAreReadFromAFile(t *testing.T) {
	for name, text := range map[string]string{
		"as usual":               edgerc,
		"carriage returns":       strings.ReplaceAll(edgerc, "\n", "\r\n"),
		"a byte order mark":      "\ufeff" + edgerc,
		"spaces around":          strings.ReplaceAll(edgerc, "\n", "  \n"),
		"no spaces":              strings.ReplaceAll(edgerc, " = ", "="),
		"without a last newline": strings.TrimSpace(edgerc),
	} {
		t.Run(name, func(t *testing.T) {
			path := writeEdgerc(t, text)
			c, warnings, err := papi.CredentialsFromFile(path, "default")
			if err != nil || len(warnings) > 0 || c.Host != "akab-one.luna.akamaiapis.net" || c.ClientSecret != "abc+/def=" || c.MaxBody != 131072 {
				t.Errorf("host %q, body %d, warnings %q: %v", c.Host, c.MaxBody, warnings, err)
			}
			c, _, err = papi.CredentialsFromFile(path, "other")
			if err != nil || c.Host != "akab-two.luna.akamaiapis.net" || c.AccountKey != "1-ABC" || c.MaxBody != 2048 {
				t.Errorf("host %q, key %q, body %d: %v", c.Host, c.AccountKey, c.MaxBody, err)
			}
		})
	}
}

func TestWhatIsWrongWithAFileIsSaidWithoutItsSecrets(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want string
	}{
		{"no such section", edgerc, `has no section "missing"; it has "default", "other"`},
		{"missing keys", "[missing]\nhost = h.example.com\naccess_token = t0ken\n", `section "missing" of`},
		{"missing keys are named", "[missing]\nhost = h.example.com\naccess_token = t0ken\n", "missing client_token, client_secret"},
		{"an empty key", "[missing]\nhost =\nclient_token = t0ken\nclient_secret = s3cret\naccess_token = t0ken\n", "missing host"},
		{"http", "[missing]\nhost = http://h.example.com\nclient_token = t0ken\nclient_secret = s3cret\naccess_token = t0ken\n", "only https is used"},
		{"a path", "[missing]\nhost = h.example.com/papi\nclient_token = t0ken\nclient_secret = s3cret\naccess_token = t0ken\n", "is not a host name"},
		{"a user", "[missing]\nhost = me@h.example.com\nclient_token = t0ken\nclient_secret = s3cret\naccess_token = t0ken\n", "is not a host name"},
		{"a negative max_body", "[missing]\nhost = h.example.com\nclient_token = t0ken\nclient_secret = s3cret\naccess_token = t0ken\nmax_body = -1\n", "max_body is negative"},
		{"a line that is no setting", "[missing]\nclient_secret s3cret\n", `line 2 is neither a section nor "key = value"`},
		{"not text", "[missing]\x00s3cret", "is not a text file"},
		{"nothing", "", "it has none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := papi.CredentialsFromFile(writeEdgerc(t, tt.text), "missing")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), ".edgerc") {
				t.Fatalf("error is %v, want %q", err, tt.want)
			}
			for _, secret := range []string{"s3cret", "t0ken", "abc+"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q is in %v", secret, err)
				}
			}
		})
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "no such file",
		dir:                        "is neither a file nor a pipe",
		large:                      "is larger than 1 MiB",
	} {
		if runtime.GOOS == "windows" && want == "no such file" {
			want = "cannot find the file"
		}
		if _, _, err := papi.CredentialsFromFile(path, "default"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", path, err, want)
		}
	}
}

func TestAFileThatOthersCanReadIsWarnedAbout(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing on Windows")
	}
	path := writeEdgerc(t, edgerc)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	_, warnings, err := papi.CredentialsFromFile(path, "default")
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "chmod 600") {
		t.Errorf("warnings %q: %v", warnings, err)
	}
}

func TestCredentialsAreReadFromTheEnvironment(t *testing.T) {
	env := map[string]string{
		"AKAMAI_HOST": "akab-one.luna.akamaiapis.net", "AKAMAI_CLIENT_TOKEN": "a", "AKAMAI_CLIENT_SECRET": "b", "AKAMAI_ACCESS_TOKEN": "c",
		"AKAMAI_OTHER_HOST": "akab-two.luna.akamaiapis.net", "AKAMAI_OTHER_CLIENT_TOKEN": "a", "AKAMAI_OTHER_CLIENT_SECRET": "b",
		"AKAMAI_OTHER_ACCESS_TOKEN": "c", "AKAMAI_OTHER_ACCOUNT_KEY": "1-ABC", "AKAMAI_OTHER_MAX_BODY": "10",
		"AKAMAI_HALF_HOST": "akab-two.luna.akamaiapis.net", "AKAMAI_HALF_CLIENT_SECRET": "s3cret",
		"AKAMAI_ODD_HOST": "h", "AKAMAI_ODD_MAX_BODY": "many",
	}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	for _, tt := range []struct {
		section string
		host    string
		found   bool
		problem string
	}{
		{"default", "akab-one.luna.akamaiapis.net", true, ""},
		{"other", "akab-two.luna.akamaiapis.net", true, ""},
		{"none", "", false, ""},
		{"half", "", true, "AKAMAI_HALF_…: missing client_token, access_token"},
		{"odd", "", true, "AKAMAI_ODD_MAX_BODY is not a number"},
	} {
		c, found, err := papi.CredentialsFromEnv(tt.section, lookup)
		if c.Host != tt.host && tt.problem == "" || found != tt.found || (err == nil) != (tt.problem == "") {
			t.Errorf("%s: host %q, found %t: %v", tt.section, c.Host, found, err)
		}
		if err != nil && !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("%s: error is %v, want %q", tt.section, err, tt.problem)
		}
	}
}

func TestCredentialsPrintWithoutSecrets(t *testing.T) {
	c := papi.Credentials{Host: "h.example.com", ClientToken: "t0ken", ClientSecret: "s3cret", AccessToken: "acc3ss", AccountKey: "k3y"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "credentials", c)
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%v", &c), log.String()} {
		for _, secret := range []string{"t0ken", "s3cret", "acc3ss", "k3y"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", secret, text)
			}
		}
	}
}
