//go:build unix

package coordinator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
)

// ways are how a server lets somebody in: its options, and those of who comes. wrong are
// those of somebody who may not.
type ways struct {
	serve  string // lines of the configuration file
	prefix string // of the address in the URL, before the host
	wrong  string
	creds  []byte
	others []byte // credentials that are wrong
	roots  *x509.CertPool
}

func TestServersThatAskForCredentials(t *testing.T) {
	user, other := keys(t), keys(t)
	certificate, roots := certificate(t)
	for name, w := range map[string]ways{
		"user and password": {serve: "authorization { user: propctl, password: " + password + " }", prefix: "propctl:" + password + "@", wrong: "propctl:wrong@"},
		"a token":           {serve: "authorization { token: " + password + " }", prefix: password + "@", wrong: "wrong@"},
		"an nkey": {
			serve: "authorization { users = [{nkey: " + public(t, user) + "}] }",
			creds: seed(t, user), others: seed(t, other),
		},
		"a .creds file": byAccounts(t),
		"TLS": {
			serve: certificate + "authorization { user: propctl, password: " + password + " }",
			roots: roots, prefix: "propctl:" + password + "@", wrong: "propctl:wrong@",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, w.serve)
			at := func(prefix string) string {
				scheme := "nats://"
				if w.roots != nil {
					scheme = "tls://"
				}
				return scheme + prefix + s.address
			}
			if err := use(t, member(t, jetstream.Options{URL: at(w.prefix), Credentials: w.creds, Roots: w.roots})); err != nil {
				t.Errorf("with what the server asks for: %v", err)
			}
			refused := []jetstream.Options{
				{URL: at(w.wrong), Credentials: w.others, Roots: w.roots},
				{URL: at(""), Roots: w.roots},
			}
			if w.roots != nil {
				refused = append(refused, jetstream.Options{URL: at(w.prefix)}) // a certificate that nobody trusts
			}
			for i, o := range refused {
				err := use(t, member(t, o))
				if _, gone := errors.AsType[*coordinator.GoneError](err); !gone || strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "SU") {
					t.Errorf("refused %d: %v", i, err)
				}
			}
		})
	}
}

func keys(t *testing.T) nkeys.KeyPair {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func public(t *testing.T, k nkeys.KeyPair) string {
	t.Helper()
	key, err := k.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func seed(t *testing.T, k nkeys.KeyPair) []byte {
	t.Helper()
	s, err := k.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// byAccounts has an operator, an account with JetStream, and a user of it.
func byAccounts(t *testing.T) ways {
	t.Helper()
	pair := func(k nkeys.KeyPair, err error) nkeys.KeyPair {
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	sign := func(c jwt.Claims, by nkeys.KeyPair) string {
		text, err := c.Encode(by)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	operator, account, system, user := pair(nkeys.CreateOperator()), pair(nkeys.CreateAccount()), pair(nkeys.CreateAccount()), keys(t)
	claims := jwt.NewAccountClaims(public(t, account))
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	accountJWT, systemJWT := sign(claims, operator), sign(jwt.NewAccountClaims(public(t, system)), operator)
	file := func(by nkeys.KeyPair) []byte {
		text, err := jwt.FormatUserConfig(sign(jwt.NewUserClaims(public(t, user)), by), seed(t, user))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	trusted := sign(jwt.NewOperatorClaims(public(t, operator)), operator)
	return ways{
		serve: "operator: " + trusted + "\nsystem_account: " + public(t, system) + "\nresolver: MEMORY\nresolver_preload: {\n" +
			public(t, account) + ": " + accountJWT + "\n" + public(t, system) + ": " + systemJWT + "\n}",
		creds: file(account), others: file(pair(nkeys.CreateAccount())),
	}
}

// certificate returns the lines of a configuration file with a certificate for 127.0.0.1, and who trusts it.
func certificate(t *testing.T) (lines string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "nats.example.com"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return fmt.Sprintf("tls { cert_file: %q, key_file: %q }\n", filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")), roots
}
