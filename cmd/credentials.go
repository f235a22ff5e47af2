package cmd

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// foundCredentials are credentials and what is known of where they are.
type foundCredentials struct {
	papi.Credentials

	file     string   // empty where they are in the environment
	shared   bool     // others can read the file
	warnings []string // about what works but should not be so
}

// credentials returns those of a file or a section that was named, else of the environment, else of ~/.edgerc.
func (p *program) credentials() (papi.Credentials, error) {
	found, err := p.findCredentials()
	if found.shared {
		p.progress.Warn(found.file + " can be read by others; run: chmod 600 " + found.file)
	}
	for _, w := range found.warnings {
		p.progress.Warn(w)
	}
	if err != nil {
		return papi.Credentials{}, err
	}
	if p.flags.AccountKey != "" {
		found.AccountKey = p.flags.AccountKey
	}
	return found.Credentials, nil
}

func (p *program) findCredentials() (foundCredentials, error) {
	file, section := p.edgerc(), p.flags.Section
	switch {
	case p.flags.Edgerc != "":
		return fromEdgerc(file, orDefault(section))
	case section == "":
		c, found, err := papi.CredentialsFromEnv(settings.DefaultSection, p.env.Lookup)
		if err != nil {
			return foundCredentials{}, badCredentials(false, err)
		}
		if found {
			return foundCredentials{Credentials: c}, nil
		}
		if file != "" && isFile(file) {
			return fromEdgerc(file, settings.DefaultSection)
		}
		return foundCredentials{}, missingCredentials(file, settings.DefaultSection, "AKAMAI_HOST and the like are not set")
	}
	return p.namedSection(file, section)
}

// namedSection looks for a section in ~/.edgerc, and where it is not there in
// the variables that have its name.
func (p *program) namedSection(file, section string) (foundCredentials, error) {
	var (
		tried   foundCredentials
		fileErr error
	)
	if file != "" && isFile(file) {
		found, err := fromEdgerc(file, section)
		if err == nil || !errors.Is(err, papi.ErrNoSection) {
			return found, err
		}
		tried, fileErr = found, err
	}
	c, found, err := papi.CredentialsFromEnv(section, p.env.Lookup)
	switch {
	case found && err != nil:
		return foundCredentials{}, badCredentials(false, err)
	case found:
		return foundCredentials{Credentials: c}, nil
	case fileErr != nil:
		return tried, fileErr
	}
	return foundCredentials{}, missingCredentials(file, section, "AKAMAI_"+strings.ToUpper(section)+"_HOST and the like are not set")
}

func fromEdgerc(file, section string) (foundCredentials, error) {
	found := foundCredentials{file: file}
	e, err := papi.ReadEdgerc(file)
	if err == nil {
		found.shared = e.ReadableByOthers()
		found.Credentials, found.warnings, err = e.Credentials(section)
	}
	if err != nil {
		return found, badCredentials(!isFile(file), err)
	}
	return found, nil
}

// badCredentials is the error for credentials that cannot be used. An account switch key is
// a setting, wherever it stands.
func badCredentials(missing bool, err error) error {
	if errors.Is(err, papi.ErrAccountKey) {
		return &catalogue.UsageError{Err: err}
	}
	return &catalogue.CredentialsError{Missing: missing, Err: err}
}

func missingCredentials(file, section, environment string) error {
	if file == "" {
		file = "~/.edgerc (there is no home folder)"
	}
	return &catalogue.CredentialsError{Missing: true, Err: fmt.Errorf("no credentials: %s, and there is no file %s with a section %q", environment, file, section)}
}

// edgerc returns the path of the credentials file, "" when there is no home folder.
func (p *program) edgerc() string {
	path := p.flags.Edgerc
	switch home := settings.Home(p.env); {
	case path == "" && home == "":
		return ""
	case path == "":
		return filepath.Join(home, ".edgerc")
	case strings.HasPrefix(path, "~/") && home != "": // quoted, or from a file: no shell has expanded it
		return filepath.Join(home, path[2:])
	}
	return path
}

func orDefault(section string) string {
	if section == "" {
		return settings.DefaultSection
	}
	return section
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// readRoots returns the system's root certificates and those of --ca-file; nil
// means the system's alone.
func (p *program) readRoots() (*x509.CertPool, error) {
	if p.flags.CaFile == "" {
		return nil, nil //nolint:nilnil // nil is what the transport takes for the system's
	}
	pool, err := papi.ReadRoots(p.flags.CaFile)
	if err != nil {
		return nil, &catalogue.SettingError{Where: cmp.Or(p.caFileFrom, "--ca-file") + " " + p.flags.CaFile, Err: err}
	}
	return pool, nil
}

// network returns the transport to Akamai, to webhooks and to collectors of traces: the one that is given, or a new
// one. A proxy in the environment that is wrong is an error of the first request that needs it.
func (p *program) network(transport http.RoundTripper) (http.RoundTripper, error) {
	roots, err := p.roots()
	if err != nil || transport != nil {
		return transport, err
	}
	network := papi.NewTransport(roots)
	network.Proxy = p.proxies().ForRequest
	return network, nil
}

// proxies are those of the environment.
func (p *program) proxies() *papi.Proxies { return papi.ReadProxies(p.env.Lookup) }

// checkProxy refuses a proxy that cannot be read, for requests to a host: without it
// they would go there directly.
func (p *program) checkProxy(host string) error {
	if _, err := p.proxies().For(&url.URL{Scheme: "https", Host: host}); err != nil {
		return &catalogue.SettingError{Where: "environment", Err: err}
	}
	return nil
}

func (p *program) userAgent() string {
	version := strings.TrimPrefix(p.env.Build.Version, "v")
	if p.flags.Contact == "" {
		return "propctl/" + version + underAkamaiCLI(p.env)
	}
	return "propctl/" + version + " (+" + p.flags.Contact + ")" + underAkamaiCLI(p.env)
}
