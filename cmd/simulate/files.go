package simulate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
)

// edgercMark begins a file that may be written over.
const edgercMark = "; written by propctl simulate\n"

// WriteFiles writes what a client needs, into a new temporary folder where dir is empty. It leaves an .edgerc alone
// that it did not write.
func (s *Server) WriteFiles(dir string) (*result.Simulator, error) {
	c := s.Credentials
	dir, err := s.folder(dir)
	if err != nil {
		return nil, catalogue.Usagef("--dir: %w", err)
	}
	v := &result.Simulator{URL: "https://" + c.Host, Edgerc: filepath.Join(dir, ".edgerc"), CAFile: filepath.Join(dir, "ca.pem")}
	old, err := os.ReadFile(v.Edgerc)
	if err == nil && !isOurs(old) {
		return nil, catalogue.Usagef("--dir: %s was not written by propctl simulate and is not written over", v.Edgerc)
	}
	if _, caErr := os.Stat(v.CAFile); caErr == nil && err != nil { // both are there, or neither is
		return nil, catalogue.Usagef("--dir: %s was not written by propctl simulate and is not written over", v.CAFile)
	}
	edgerc := fmt.Sprintf("%s[default]\nhost = %s\nclient_token = %s\nclient_secret = %s\naccess_token = %s\n",
		edgercMark, c.Host, c.ClientToken, c.ClientSecret, c.AccessToken)
	if err := errors.Join(journal.WriteFile(v.Edgerc, []byte(edgerc), 0o600), journal.WriteFile(v.CAFile, s.ca, 0o644)); err != nil {
		return nil, catalogue.Usagef("--dir: %w", err)
	}
	return v, nil
}

// folder makes the folder of the files, and returns its whole path.
func (s *Server) folder(dir string) (string, error) {
	if dir == "" {
		var err error
		s.temporary, err = os.MkdirTemp("", "propctl-")
		return s.temporary, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}

func isOurs(edgerc []byte) bool {
	return len(edgerc) >= len(edgercMark) && string(edgerc[:len(edgercMark)]) == edgercMark
}
