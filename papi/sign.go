package papi

import (
	"errors"
	"net/http"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/edgegrid"
)

// signer adds EdgeGrid's Authorization header, and the account switch key, which is signed with the URL.
type signer struct {
	config edgegrid.Config
}

func newSigner(c Credentials) *signer {
	return &signer{config: edgegrid.Config{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
		AccountKey: c.AccountKey, MaxBody: c.MaxBody, HeaderToSign: c.HeadersToSign,
	}}
}

var (
	errNotHTTPS  = errors.New("only https is used")
	errWrongHost = errors.New("the request is not for the host of the credentials")
	errReused    = errors.New("the request has been signed before")
)

// signed signs req, which must be a clone of its own: signing adds the account switch key each time. A POST
// loses its GetBody, so that net/http cannot send it twice; for reads see single.
func (s *signer) signed(req *http.Request) (*http.Request, error) {
	switch {
	case req.URL.Scheme != "https":
		return nil, errNotHTTPS
	case req.URL.Host != s.config.Host:
		return nil, errWrongHost
	case req.Header.Get("Authorization") != "" || req.URL.Query().Has("accountSwitchKey"):
		return nil, errReused
	}
	req.GetBody = nil
	s.config.SignRequest(req)
	return req, nil
}
