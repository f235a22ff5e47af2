package simulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi/simulator"
)

const vectorsDir = "../../../shared/papi/samples/edgegrid-vectors"

type vectorSettings struct {
	BaseURL       string   `json:"base_url"`
	AccessToken   string   `json:"access_token"`
	ClientToken   string   `json:"client_token"`
	ClientSecret  string   `json:"client_secret"`
	MaxBody       int      `json:"max_body"`
	HeadersToSign []string `json:"headers_to_sign"`
	Nonce         string   `json:"nonce"`
	Timestamp     string   `json:"timestamp"`
}

type vector struct {
	Name    string `json:"testName"`
	Request struct {
		Method, Path, Data string
		Headers            []map[string]string
	}
	Authorization string `json:"expectedAuthorization"`
	DataToSign    string `json:"expectedDataToSign"`
}

// TestSignatureMatchesThePublishedVectors compares with all the published requests.
func TestSignatureMatchesThePublishedVectors(t *testing.T) {
	var settings vectorSettings
	var vectors []vector
	readJSON(t, "testdata.json", &settings)
	readJSON(t, "testcases.json", &vectors)
	const published = 15
	if len(vectors) != published {
		t.Errorf("%d vectors, want %d", len(vectors), published)
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			header := http.Header{}
			for _, pair := range v.Request.Headers {
				for name, value := range pair {
					header.Set(name, value)
				}
			}
			prefix := "EG1-HMAC-SHA256 client_token=" + settings.ClientToken + ";access_token=" + settings.AccessToken +
				";timestamp=" + settings.Timestamp + ";nonce=" + settings.Nonce + ";"
			data := simulator.Signed{
				Method: v.Request.Method, Scheme: "https",
				Host:   strings.TrimSuffix(strings.TrimPrefix(settings.BaseURL, "https://"), "/"),
				Target: v.Request.Path, Header: header, HeadersToSign: settings.HeadersToSign,
				Body: []byte(v.Request.Data), MaxBody: settings.MaxBody,
			}.Data(prefix)
			if v.DataToSign != "" && !strings.HasPrefix(data, v.DataToSign) {
				t.Errorf("data to sign:\n%q\nwant the start:\n%q", data, v.DataToSign)
			}
			got := prefix + "signature=" + simulator.Signature(settings.ClientSecret, settings.Timestamp, data)
			if got != v.Authorization {
				t.Errorf("Authorization:\n%s\nwant\n%s", got, v.Authorization)
			}
		})
	}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(vectorsDir, name))
	if os.IsNotExist(err) {
		t.Skipf("no %s beside the repository", vectorsDir)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, v); err != nil {
		t.Fatal(err)
	}
}
