package settings

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

// A variable whose name is misspelt would otherwise set nothing without a word:
// PROPCTL_DRYRUN=true would activate. So every variable with the prefix has to be one
// that is read.

const (
	variablePrefix = "PROPCTL_"
	// resultPrefix begins what --dotenv writes, which later jobs of a pipeline have as variables.
	resultPrefix = "PROPCTL_RESULT_"
)

// otherVariables are those that set no flag: what signs webhooks, where install.sh finds
// releases, and what cobra reads when it completes.
func otherVariables() []string {
	return []string{"PROPCTL_NOTIFY_SECRET", "PROPCTL_RELEASES", "PROPCTL_ACTIVE_HELP", "PROPCTL_COMPLETION_DESCRIPTIONS"}
}

// CheckVariables returns an error that names every variable that is set, has the prefix
// of this program, and is read by nobody. It leaves their values out: a name that is
// wrong may well have been meant for a secret.
func CheckVariables(root *cobra.Command, env term.Env) error {
	var known, unknown, meant []string
	for _, name := range ownVariables(env) {
		if known == nil {
			known = knownVariables(root)
		}
		if slices.Contains(known, name) || strings.HasPrefix(name, resultPrefix) || isOfService(name) {
			continue
		}
		if near, likely := meantVariable(name, known, env); likely {
			unknown, meant = append(unknown, term.Clean(name, term.MaxName)), append(meant, near...)
		}
	}
	if unknown == nil {
		return nil
	}
	problem := "there is no such setting"
	if len(unknown) > 1 {
		problem = "there are no such settings"
	}
	return &catalogue.SettingError{Where: environment, Key: strings.Join(unknown, ", "), Err: errors.New(problem + DidYouMean(meant))}
}

// isOfService reports whether a name is one that Kubernetes and Docker give the containers beside a service called
// propctl: PROPCTL_SERVICE_HOST, PROPCTL_PORT_443_TCP_ADDR.
func isOfService(name string) bool {
	rest := strings.TrimPrefix(name, variablePrefix)
	if rest == "PORT" || rest == "SERVICE_HOST" || rest == "SERVICE_PORT" || strings.HasPrefix(rest, "SERVICE_PORT_") {
		return true
	}
	port, isPort := strings.CutPrefix(rest, "PORT_")
	number, kind, _ := strings.Cut(port, "_")
	if _, err := strconv.ParseUint(number, 10, 16); !isPort || err != nil {
		return false
	}
	kind, _, _ = strings.Cut(kind, "_")
	return kind == "TCP" || kind == "UDP" || kind == "SCTP"
}

// ownVariables returns the names of the variables that are set and have the prefix, also in
// small letters or with dashes, as some CI systems allow.
func ownVariables(env term.Env) []string {
	if env.Environ == nil {
		return nil
	}
	var names []string
	for _, entry := range env.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if value != "" && strings.HasPrefix(spelt(name), variablePrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// spelt is a name as the names of variables are spelt.
func spelt(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// knownVariables returns the variables that are read.
func knownVariables(root *cobra.Command) []string {
	names := otherVariables()
	settable := AllFlags(root)
	settable["config"] = true
	EachFlag(root, func(f *pflag.Flag) {
		if settable[f.Name] {
			names = append(names, envNames(f.Name)...)
		}
	})
	return names
}

// meantVariable returns the variables that may have been meant by a name, and whether it is
// likely that this program was: a name that is not in capitals belongs to somebody else,
// unless it spells a setting. Where names have no case, as on Windows, it was read then.
func meantVariable(name string, known []string, env term.Env) (meant []string, likely bool) {
	if right := spelt(name); right != name {
		if !slices.Contains(known, right) {
			return nil, strings.HasPrefix(name, variablePrefix)
		}
		value, _ := env.Lookup(name)
		read, _ := env.Lookup(right)
		return []string{right}, read != value
	}
	var words []string
	for _, one := range known {
		if word, own := strings.CutPrefix(one, variablePrefix); own {
			words = append(words, strings.ToLower(word))
		}
	}
	for _, word := range Nearest(strings.TrimPrefix(name, variablePrefix), words...) {
		if one := variablePrefix + strings.ToUpper(word); !slices.Contains(meant, one) {
			meant = append(meant, one)
		}
	}
	return meant, true
}
