//go:build unix

package coordinator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
)

// ways are how a server lets somebody in: its options, and those of who comes. wrong are
// those of somebody who may not.
type ways struct {
	serve  func(*server.Options)
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
		"user and password": {serve: func(o *server.Options) { o.Username, o.Password = "propctl", password }, prefix: "propctl:" + password + "@", wrong: "propctl:wrong@"},
		"a token":           {serve: func(o *server.Options) { o.Authorization = password }, prefix: password + "@", wrong: "wrong@"},
		"an nkey": {
			serve: func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public(t, user)}} },
			creds: seed(t, user), others: seed(t, other),
		},
		"a .creds file": byAccounts(t),
		"TLS": {
			serve: func(o *server.Options) {
				o.TLS, o.TLSConfig, o.Username, o.Password = true, certificate, "propctl", password
			},
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
				return scheme + prefix + s.Addr().String()
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
	resolver := &server.MemAccResolver{}
	for key, text := range map[string]string{public(t, account): accountJWT, public(t, system): systemJWT} {
		if err := resolver.Store(key, text); err != nil {
			t.Fatal(err)
		}
	}
	trusted := jwt.NewOperatorClaims(public(t, operator))
	return ways{
		serve: func(o *server.Options) {
			o.TrustedOperators, o.SystemAccount, o.AccountResolver = []*jwt.OperatorClaims{trusted}, public(t, system), resolver
		},
		creds: file(account), others: file(pair(nkeys.CreateAccount())),
	}
}

// certificate is one for 127.0.0.1, and who trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
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
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}
