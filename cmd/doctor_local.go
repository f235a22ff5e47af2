package cmd

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
)

// What can be checked without a network.

// noSession is why a check is skipped whose requests cannot be signed.
const noSession = "there are no credentials to try it with"

// local makes the checks that need nothing but this machine.
func (e *examination) local() {
	b := e.program.env.Build
	e.ok(checkVersion, fmt.Sprintf("propctl %s, %s", cmp.Or(b.Version, "dev"), cmp.Or(b.Go, "unknown Go")))
	e.checkSettings()
	e.checkState()
	e.checkCredentials()
	e.checkPermissions()
	e.checkSwitchKey()
	e.checkRoots()
}

func (e *examination) checkSettings() {
	path, _ := settings.Path(e.program.env, e.program.flags.Config)
	switch {
	case e.program.settingsErr != nil:
		e.fail(checkSettings, e.program.settingsErr)
	case path == "":
		e.ok(checkSettings, "there is no home folder to have a settings file in")
	case !isFile(path):
		e.ok(checkSettings, "there is no file "+path+", which need not be")
	default:
		e.ok(checkSettings, path+" was read")
	}
}

// checkState makes a file where the budget is remembered. Nothing depends on it.
func (e *examination) checkState() {
	const help = "without it, propctl budget shows less; nothing else needs it"
	dir := settings.StateDir(e.program.env)
	if dir == "" {
		e.warn(checkState, "there is no home folder to remember the budget in", help)
		return
	}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(dir, ".propctl-*"); err == nil {
			err = cmp.Or(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		e.warn(checkState, "the budget cannot be remembered: "+err.Error(), help)
		return
	}
	e.ok(checkState, "the budget is remembered in "+dir)
}

// checkCredentials finds what to sign with, and says why it is that.
func (e *examination) checkCredentials() {
	p := e.program
	if p.flags.Simulate {
		e.ok(checkCredentials, "the simulator's own, because of "+e.from("simulate"))
		return
	}
	var err error
	if e.found, err = p.findCredentials(); err != nil {
		e.fail(checkCredentials, err)
		return
	}
	text := fmt.Sprintf("%s, for %s: %s", e.found.Source, e.found.Host, e.why())
	if len(e.found.warnings) > 0 {
		e.warn(checkCredentials, text, strings.Join(e.found.warnings, "; "))
		return
	}
	e.ok(checkCredentials, text)
}

// why says which source of credentials has won.
func (e *examination) why() string {
	switch p := e.program; {
	case p.flags.Edgerc != "":
		return "the file is named by " + e.from("edgerc")
	case p.flags.Section != "" && e.found.file != "":
		return "the section is named by " + e.from("section")
	case p.flags.Section != "":
		return "the section is named by " + e.from("section") + ", and no file has it"
	case e.found.file != "":
		return "no file and no section are named, and AKAMAI_HOST and the like are not set"
	}
	return "no file and no section are named, so the environment comes before ~/.edgerc"
}

// from says where the value of a flag comes from, for people.
func (e *examination) from(flag string) string {
	switch kind, name := settings.SourceOf(e.command.Flags().Lookup(flag)); kind {
	case result.SourceFlag:
		return name
	case result.SourceEnvironment:
		return "the variable " + name
	case result.SourceFile:
		return "the settings file " + name
	case result.SourceDefault:
	}
	return "default"
}

func (e *examination) checkPermissions() {
	switch found := e.found; {
	case found.file == "":
		e.skip(checkPermissions, "no credentials file is in use")
	case e.failed(checkCredentials) && !isFile(found.file):
		e.skip(checkPermissions, "there is no file "+found.file)
	case !isRegular(found.file):
		e.skip(checkPermissions, found.file+" is a pipe")
	case found.shared:
		e.warn(checkPermissions, found.file+" can be read by others", "run: chmod 600 "+found.file)
	default:
		e.ok(checkPermissions, found.file+" can be read by its owner only, as far as this system tells")
	}
}

func (e *examination) checkSwitchKey() {
	switch p := e.program; {
	case p.flags.AccountKey != "":
		e.ok(checkSwitchKey, settings.Mask(p.flags.AccountKey)+", from "+e.from("account-key"))
	case e.found.AccountKey != "":
		e.ok(checkSwitchKey, settings.Mask(e.found.AccountKey)+", from "+e.found.Source)
	case e.failed(checkCredentials):
		e.skip(checkSwitchKey, "the credentials may have one")
	default:
		e.ok(checkSwitchKey, "none: the API client's own account")
	}
}

func (e *examination) checkRoots() {
	path := e.program.flags.CaFile
	if path == "" {
		e.ok(checkCAFile, "none: the certificates of this system are trusted")
		return
	}
	if _, err := e.program.roots(); err != nil {
		e.fail(checkCAFile, err)
		return
	}
	e.ok(checkCAFile, path+" is trusted too, because of "+e.from("ca-file"))
}

// connect opens the session that the other checks use.
func (e *examination) connect() {
	p := e.program
	credentials, speed := e.found.Credentials, 1.0
	transport := p.env.Transport
	if p.flags.Simulate {
		var err error
		if credentials, transport, err = p.simulation(); err != nil {
			e.fail(checkCredentials, err)
			return
		}
		speed = p.flags.Speed
	} else if transport == nil && !e.failed(checkCAFile) {
		network, err := p.network(nil)
		if err != nil {
			return // ca-file has said it
		}
		e.wire = &wireTap{next: network}
		transport = e.wire
	}
	if credentials.Host == "" || transport == nil {
		return
	}
	if p.flags.AccountKey != "" {
		credentials.AccountKey = p.flags.AccountKey
	}
	session, err := p.connect(result.Properties, credentials, transport, speed)
	if err != nil {
		e.fail(checkCredentials, err)
		return
	}
	e.session = session
}

// overNetwork reports whether requests leave this process as those of other
// commands do, so that it matters how.
func (e *examination) overNetwork() bool { return e.wire != nil }
