// Package catalogue says of every error what it means, which outcome, category and exit
// code it has, and what to do about it.
package catalogue

import (
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// The catalogue has a row for every error. It is the one source of what is said
// about them: by the commands, by explain, and in docs/errors.md, which a test
// writes.

// Category is what kind of error it is, in nine words.
type Category string

// The categories.
const (
	CategoryNotFound          Category = "NotFound"
	CategoryInvalidData       Category = "InvalidData"
	CategoryTypeError         Category = "TypeError"
	CategoryPermissionDenied  Category = "PermissionDenied"
	CategoryRemoteAuthFailed  Category = "RemoteAuthFailed"
	CategoryConflict          Category = "Conflict"
	CategoryInvalidSettings   Category = "InvalidSettings"
	CategoryInternalError     Category = "InternalError"
	CategoryRemoteSystemError Category = "RemoteSystemError"
)

// Retry says what becomes of the same wish if it is tried again.
type Retry string

// The ways to try again.
const (
	RetryNever     Retry = "never"
	RetryLookFirst Retry = "look-first"
	RetryAtTime    Retry = "at-time"
	RetryBackOff   Retry = "back-off"
)

// Text says what a retry class means.
func (r Retry) Text() string {
	switch r {
	case RetryNever:
		return "the same again ends the same; something has to be changed first"
	case RetryLookFirst:
		return "the state at Akamai decides: look, then perhaps try again; propctl does both"
	case RetryAtTime:
		return "at the time that is named and not sooner"
	case RetryBackOff:
		return "it passes; propctl tries again after pauses that grow"
	}
	return string(r)
}

// Entry is a row of the catalogue: how an error is recognised, what it means, and what to do about it.
type Entry struct {
	Code     string // stable; of what PAPI answers, its papi.Class
	Category Category
	Outcome  string
	ExitCode int
	Retry    Retry
	Message  string // stable, where the message of an error has the facts of the case
	Meaning  string
	FoundBy  string // how, where PAPI's answer does not tell; empty where only that does
	Help     string // what to do
	Next     []Next // the command that helps: the first that can be made
	Matches  []Match

	help func(err error, now time.Time) string // what the error tells about what to do; empty: no more than Help
}

// Match is a way in which the program recognises an error of its own. PAPI's
// answers are recognised by their class, which is the code of the row.
type Match struct {
	Fits    func(error) bool // no error fits two rows
	Instead *Advice          // of the row's; nil: that
}

// Advice is what to do about an error.
type Advice struct {
	Help string
	Next []Next
}

func (e Entry) advice() Advice { return Advice{e.Help, e.Next} }

// Next is a command that helps after an error.
type Next struct {
	Command Command
	Says    string // what it shows, instead of Help; empty: Help
	Adds    string // what it shows, behind Help; empty: nothing
}

// Command is one that can be made for the property, the account and the flags at hand.
type Command int

// The commands.
const (
	CommandSameAgain      Command = iota + 1 // as it was typed
	CommandDryRun                            // the same with --dry-run
	CommandDebug                             // the same with --debug
	CommandDoctor                            // checks credentials and connection
	CommandBudget                            // what is left of the account's limits
	CommandStatus                            // of the property
	CommandHistory                           // of the property on the network
	CommandHostnames                         // the property's list of hostnames
	CommandWait                              // for the activation the error is about
	CommandWaitForBlocker                    // for the activation that is in the way
)

// Section is rows that belong together.
type Section struct {
	Title   string
	Entries []Entry
}

// Sections returns all rows: what propctl finds by itself, then what PAPI or the way to it says.
func Sections() []Section {
	return []Section{
		{"Before anything is sent", slices.Concat(usageEntries(), refusalEntries(), rolloutFileEntries())},
		{"How an activation ended", activationEntries()},
		{"How a rollout ended", rolloutEntries()},
		{"The coordinator", coordinatorEntries()},
		{"How a command ended", endEntries()},
		{"No answer, or none that can be read", slices.Concat(networkEntries(), answerEntries())},
		{"Credentials and permissions", accessEntries()},
		{"The request", requestEntries()},
		{"The version", versionEntries()},
		{"What else is going on", slices.Concat(stateEntries(), activeEntries())},
		{"Limits", limitEntries()},
	}
}

// All returns all rows in the order of their sections.
func All() []Entry {
	var all []Entry
	for _, s := range Sections() {
		all = append(all, s.Entries...)
	}
	return all
}

// Lookup returns the row of a code, and that of an unknown error for any other.
func Lookup(code string) Entry {
	all := All()
	for _, wanted := range [...]string{code, CodeInternal} {
		if i := slices.IndexFunc(all, func(e Entry) bool { return e.Code == wanted }); i >= 0 {
			return all[i]
		}
	}
	return Entry{Code: CodeInternal, Category: CategoryInternalError, Outcome: OutcomeError, ExitCode: ExitError}
}

// Recognitions are the ways in which PAPI says it; nil where it never does.
func (e Entry) Recognitions() []papi.Recognition { return papi.Recognitions(papi.Class(e.Code)) }

// Codes of errors that propctl finds by itself, and that papi has no class for.
const (
	codeUsage                 = "usage"
	codeSettings              = "settings"
	CodeCredentialsMissing    = "credentials-missing"
	CodeCredentialsInvalid    = "credentials-invalid"
	codeAmbiguous             = "ambiguous"
	CodeBucket                = "hostname-bucket"
	codeDifferent             = "different"
	codeOutputNotWritten      = "output-not-written"
	CodeDeclined              = "declined"
	CodeFailed                = "activation-failed"
	CodeAborted               = "activation-aborted"
	CodeSuperseded            = "activation-superseded"
	CodeLost                  = "activation-lost"
	CodeNoActivation          = "no-activation"
	CodeNothingBefore         = "nothing-before"
	CodeRolloutFailed         = "rollout-failed"
	CodeRolledBack            = "rollout-rolled-back"
	codeTimedOut              = "timed-out"
	codeInterrupted           = "interrupted"
	CodeInternal              = "internal"
	codeTurnLost              = "turn-lost"
	codeCoordinatorGone       = "coordinator-gone"
	codeCoordinatorUnreadable = "coordinator-unreadable"
)

// Codes are those of all rows, in their order.
func Codes() []string {
	var all []string
	for _, e := range All() {
		all = append(all, e.Code)
	}
	return all
}
