package papi_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/propctl/propctl/papi"
)

// rootFor returns a server's own certificate and its PEM form.
func rootFor(t *testing.T) (root *x509.Certificate, text string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	root = server.Certificate()
	return root, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}))
}

func writeRoots(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func inUTF16(text string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func TestShapesOfCAFiles(t *testing.T) {
	root, text := rootFor(t)
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hush")}))
	damaged := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("hush")}))
	for _, tt := range []struct{ name, text, problem string }{
		{"one", text, ""},
		{"two, with words between", "# root\n" + text + "\nanother\n" + text, ""},
		{"a byte order mark", "\ufeff" + text, ""},
		{"carriage returns", strings.ReplaceAll(text, "\n", "\r\n"), ""},
		{"a key beside it", key + text, ""},
		{"nothing", "", "it is empty"},
		{"blanks", " \n", "it is empty"},
		{"something else", "<html>", "no certificate in PEM form"},
		{"DER", string(root.Raw), "in DER form; convert it: openssl x509 -inform der"},
		{"UTF-16", inUTF16(text), "it is in UTF-16"},
		{"a key", key, "it has a PRIVATE KEY and no certificate"},
		{"a bundle", strings.ReplaceAll(text, "CERTIFICATE", "PKCS7"), "openssl pkcs7 -print_certs"},
		{"one beside it that cannot be read", damaged + text, ""},
		{"one that cannot be read", "\n\n" + damaged, "the certificate in line 3 cannot be read"},
		{"one that is cut off", text + text[:len(text)/2], "1 of the 2 certificates in it are damaged or cut off"},
		{"one of which a line is no base64", strings.Replace(text, "\n", "\n!!!\n", 1), "1 of the 1 certificates"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool, err := papi.ReadRoots(writeRoots(t, tt.text))
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "hush") {
					t.Errorf("error is %v, want %q", err, tt.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := root.Verify(x509.VerifyOptions{Roots: pool}); err != nil {
				t.Errorf("it is not trusted: %v", err)
			}
		})
	}
}

func TestACAFileThatIsNotThereIsNoFile(t *testing.T) {
	for path, want := range map[string]string{filepath.Join(t.TempDir(), "none"): "", t.TempDir(): "it is neither a file nor a pipe"} {
		if _, err := papi.ReadRoots(path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), path) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}

func FuzzRoots(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("-----BEGIN X-----\na: b\n\n-----END X-----\n-----BEGIN "))
	f.Fuzz(func(t *testing.T, data []byte) {
		if pool, err := papi.ReadRoots(writeRoots(t, string(data))); (pool == nil) != (err != nil) {
			t.Errorf("pool %v, error %v", pool, err)
		}
	})
}
