package cmd

import (
	"slices"

	"github.com/propctl/propctl/papi"
)

// The catalogue has a row for every error. It is the one source of what is said
// about them: by the commands, by explain, and in docs/errors.md, which a test
// writes.

// category is what kind of error it is, in nine words.
type category string

const (
	notFound         category = "NotFound"
	invalidData      category = "InvalidData"
	typeError        category = "TypeError"
	permissionDenied category = "PermissionDenied"
	remoteAuthFailed category = "RemoteAuthFailed"
	conflict         category = "Conflict"
	invalidSettings  category = "InvalidSettings"
	internalError    category = "InternalError"
	remoteSystem     category = "RemoteSystemError"
)

// retry says what becomes of the same wish if it is tried again.
type retry string

const (
	retryNever     retry = "never"
	retryLookFirst retry = "look-first"
	retryAtTime    retry = "at-time"
	retryBackOff   retry = "back-off"
)

// text says what a retry class means.
func (r retry) text() string {
	switch r {
	case retryNever:
		return "the same again ends the same; something has to be changed first"
	case retryLookFirst:
		return "the state at Akamai decides: look, then perhaps try again; propctl does both"
	case retryAtTime:
		return "at the time that is named and not sooner"
	case retryBackOff:
		return "it passes; propctl tries again after pauses that grow"
	}
	return string(r)
}

// entry is a row of the catalogue.
type entry struct {
	code     string // stable; of what PAPI answers, its papi.Class
	category category
	outcome  string
	exitCode int
	retry    retry
	message  string // stable, where the message of an error has the facts of the case
	meaning  string
	help     string
	found    string // how, where PAPI's answer does not tell; empty where only that does
}

// catalogue returns all rows: what propctl finds by itself, then what PAPI or
// the way to it says.
func catalogue() []entry {
	return slices.Concat(
		usageEntries(), activationEntries(), endEntries(),
		networkEntries(), accessEntries(), requestEntries(), versionEntries(), stateEntries(), limitEntries(),
	)
}

// entryOf returns the row of a code, and that of an unknown error for any other.
func entryOf(code string) entry {
	all := catalogue()
	for _, wanted := range [...]string{code, codeInternal} {
		if i := slices.IndexFunc(all, func(e entry) bool { return e.code == wanted }); i >= 0 {
			return all[i]
		}
	}
	return entry{code: codeInternal, category: internalError, outcome: outcomeError, exitCode: ExitError}
}

// recognitions are the ways in which PAPI says it; nil where it never does.
func (e entry) recognitions() []papi.Recognition { return papi.Recognitions(papi.Class(e.code)) }

// Codes of errors that propctl finds by itself, and that papi has no class for.
const (
	codeUsage              = "usage"
	codeSettings           = "settings"
	codeCredentialsMissing = "credentials-missing"
	codeCredentialsInvalid = "credentials-invalid"
	codeAmbiguous          = "ambiguous"
	codeBucket             = "hostname-bucket"
	codeOutputFile         = "output-file"
	codeDeclined           = "declined"
	codeFailed             = "activation-failed"
	codeAborted            = "activation-aborted"
	codeSuperseded         = "activation-superseded"
	codeLost               = "activation-lost"
	codeNoActivation       = "no-activation"
	codeNothingBefore      = "nothing-before"
	codeTimedOut           = "timed-out"
	codeInterrupted        = "interrupted"
	codeInternal           = "internal"
)

// codes are those of all rows, in their order.
func codes() []string {
	var all []string
	for _, e := range catalogue() {
		all = append(all, e.code)
	}
	return all
}
