package cmd

import (
	"path/filepath"
	"strings"

	"github.com/propctl/propctl/cmd/term"
)

// Akamai's own command line runs a program akamai-NAME as its command NAME, says
// in variables that it does, and wants to be named in the User-Agent.

const akamaiPrefix = "akamai-"

// nameOf returns what was typed to run the executable.
func nameOf(executable string) string {
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(executable)), ".exe")
	if base == akamaiPrefix+toolName {
		return "akamai " + toolName
	}
	return toolName
}

// underAkamaiCLI returns what follows in the User-Agent when Akamai's command line
// runs this program, and nothing when it does not.
func underAkamaiCLI(e term.Env) string {
	var b strings.Builder
	if version := tokenOf(e, "AKAMAI_CLI_VERSION"); version != "" && e.Has("AKAMAI_CLI") {
		b.WriteString(" AkamaiCLI/" + version)
	}
	command, version := tokenOf(e, "AKAMAI_CLI_COMMAND"), tokenOf(e, "AKAMAI_CLI_COMMAND_VERSION")
	if command != "" && version != "" {
		b.WriteString(" AkamaiCLI-" + command + "/" + version)
	}
	return b.String()
}

const maxToken = 64

// tokenOf returns a variable with only those characters that the name or the version
// of a product can have in a header.
func tokenOf(e term.Env, name string) string {
	value, _ := e.Lookup(name)
	kept := strings.Map(func(r rune) rune {
		const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"
		if strings.ContainsRune(allowed, r) {
			return r
		}
		return -1
	}, value)
	return kept[:min(len(kept), maxToken)]
}
