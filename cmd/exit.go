package cmd

import (
	"errors"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// From an error to what the user is told: this table and nothing else decides
// outcome, exit code, code, category and hint. The first row that matches counts,
// so what an error means stands before what caused it.

// The exit codes.
const (
	ExitOK          = 0
	ExitError       = 1
	ExitUsage       = 2
	ExitFailed      = 3
	ExitCredentials = 4
	ExitTimedOut    = 5
	ExitBusy        = 6
	ExitRejected    = 7
	ExitLimited     = 8
	ExitInterrupted = 130
)

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

// verdict is what an error means for the user.
type verdict struct {
	outcome  string
	exitCode int
	code     string // stable; empty: the class of PAPI's error
	category category
	help     string
}

// rule is a row of the table.
type rule struct {
	matches func(error) bool
	verdict
}

// judge looks an error up in the table.
func judge(err error) verdict {
	for _, r := range rules() {
		if !r.matches(err) {
			continue
		}
		v := r.verdict
		if v.code == "" {
			v.code = classOf(err, v.outcome)
		}
		return v
	}
	return verdict{outcome: outcomeError, exitCode: ExitError, code: "internal", category: internalError, help: "run it again with --debug"}
}

const (
	outcomeOK          = "ok"
	outcomeFree        = "free"
	outcomeBusy        = "busy"
	outcomeError       = "error"
	outcomeRejected    = "rejected"
	outcomeLimited     = "limited"
	outcomeTimedOut    = "timed-out"
	outcomeInterrupted = "interrupted"
)

// isA matches an error type.
func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// when matches an error type for which a condition holds.
func when[E error](condition func(E) bool) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[E](err)
		return ok && condition(e)
	}
}

// is matches a sentinel or a class.
func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func failedWith(o activation.Outcome) func(error) bool {
	return when(func(e *activation.Failed) bool { return e.Outcome == o })
}

func rules() []rule {
	again := "run the same command again: it looks first"
	own := []rule{
		{isA[*usageError], verdict{outcomeError, ExitUsage, "usage", invalidData, "--help shows what can be given"}},
		{isA[*settingError], verdict{outcomeError, ExitUsage, "settings", invalidSettings, "propctl help environment lists the settings"}},
		{when(func(e *credentialsError) bool { return e.missing }), verdict{outcomeError, ExitCredentials, "credentials-missing", invalidSettings, "create an API client in Akamai Control Center and save its .edgerc, or use --simulate"}},
		{isA[*credentialsError], verdict{outcomeError, ExitCredentials, "credentials-invalid", invalidSettings, "compare the file with what Akamai Control Center gave out"}},
		{isA[*ambiguousError], verdict{outcomeError, ExitError, "ambiguous", invalidData, "name the property by its id"}},
		{isA[*notFoundError], verdict{outcomeError, ExitError, string(papi.ClassNotFound), notFound, "names are exact; check the account switch key too"}},
		{isA[*outputError], verdict{outcomeError, ExitError, "output-file", internalError, "the result stands on stdout all the same"}},
		{is(errDeclined), verdict{outcomeError, ExitError, "declined", conflict, "--yes does not ask"}},

		{failedWith(activation.OutcomeFailed), verdict{string(activation.OutcomeFailed), ExitFailed, "activation-failed", remoteSystem, "the version that was active before still is; correct the version or ask Akamai's support, naming the activation"}},
		{failedWith(activation.OutcomeAborted), verdict{string(activation.OutcomeAborted), ExitFailed, "activation-aborted", conflict, "somebody cancelled it; run the command again to submit it again"}},
		{failedWith(activation.OutcomeSuperseded), verdict{string(activation.OutcomeSuperseded), ExitFailed, "activation-superseded", conflict, "another activation has taken its place; propctl status shows which"}},
		{when(func(e *activation.Stopped) bool { return e.Cancelled }), verdict{outcomeTimedOut, ExitTimedOut, "timed-out", remoteSystem, "it was cancelled; run the command again with a longer --timeout"}},
		{when(func(e *activation.Stopped) bool { return e.Blocker != nil && errors.Is(e, activation.ErrTimeout) }), verdict{outcomeBusy, ExitBusy, string(papi.ClassBusy), conflict, again}},
		{is(ErrInterrupted), verdict{outcomeInterrupted, ExitInterrupted, "interrupted", conflict, again}},
		{is(activation.ErrTimeout), verdict{outcomeTimedOut, ExitTimedOut, "timed-out", remoteSystem, again}},
		{when(func(e *activation.Stopped) bool { return !isA[*papi.Error](e) }), verdict{outcomeInterrupted, ExitInterrupted, "interrupted", conflict, again}},
		{isA[*activation.Busy], verdict{outcomeBusy, ExitBusy, string(papi.ClassBusy), conflict, "wait for it with propctl wait, or give --if-pending wait"}},
		{isA[*activation.Rejected], verdict{outcomeRejected, ExitRejected, "", invalidData, "correct the version; the same submission will be refused again"}},
		{when(func(e *activation.Limited) bool { return e.Daily }), verdict{outcomeLimited, ExitLimited, string(papi.ClassBudgetExhausted), remoteSystem, "propctl budget shows when there will be activations again"}},
		{isA[*activation.Limited], verdict{outcomeLimited, ExitLimited, "", remoteSystem, "wait until then; other clients of the account use the same limit"}},
		{isA[*activation.NoneActive], verdict{outcomeError, ExitError, string(papi.ClassNotFound), notFound, "propctl status shows what is active; name the version by its number"}},
		{isA[*activation.NothingBefore], verdict{outcomeError, ExitError, "nothing-before", notFound, "name the version to return to with --to"}},
		{isA[*activation.Lost], verdict{outcomeError, ExitError, "activation-lost", notFound, "propctl status shows what is there"}},
		{is(activation.ErrTooLate), verdict{outcomeError, ExitError, string(papi.ClassCancelTooLate), conflict, "wait for it with propctl wait, then activate the version that is wanted"}},
		{is(activation.ErrNone), verdict{outcomeError, ExitError, "no-activation", notFound, "propctl status shows both networks"}},
	}
	return append(own, classRules(again)...)
}

// classRules are the rows for PAPI's answers.
func classRules(again string) []rule {
	row := func(class papi.Class, outcome string, exitCode int, c category, help string) rule {
		return rule{is(class), verdict{outcome, exitCode, "", c, help}}
	}
	return []rule{
		row(papi.ClassNoAnswer, outcomeError, ExitError, remoteSystem, "check the network and the host in the credentials; "+again),
		row(papi.ClassTimeout, outcomeError, ExitError, remoteSystem, again+"; --request-timeout gives a request more time"),
		row(papi.ClassTLS, outcomeError, ExitError, invalidSettings, "name the root certificates of a proxy with --ca-file"),
		row(papi.ClassMalformed, outcomeError, ExitError, remoteSystem, again),
		row(papi.ClassSuspended, outcomeError, ExitError, remoteSystem, "PAPI has failed too often in a row; later, "+again),
		row(papi.ClassRedirect, outcomeError, ExitError, remoteSystem, "name the contract and the group with --contract and --group"),

		row(papi.ClassClockSkew, outcomeError, ExitCredentials, remoteAuthFailed, "set the clock of this machine; 30 s of difference are too much"),
		row(papi.ClassUnauthorized, outcomeError, ExitCredentials, remoteAuthFailed, "check the credentials: host, tokens and secret belong together"),
		row(papi.ClassGrantMissing, outcomeError, ExitCredentials, permissionDenied, "give the API client access to Property Manager (PAPI) with READ-WRITE"),
		row(papi.ClassForbidden, outcomeError, ExitError, permissionDenied, "check the role of the API client in the property's group, and the account switch key"),
		row(papi.ClassVersionLocked, outcomeError, ExitError, permissionDenied, "make a new version"),
		row(papi.ClassNotFound, outcomeError, ExitError, notFound, "check the id, the version, the contract and group, and the account switch key"),
		row(papi.ClassInvalid, outcomeError, ExitError, invalidData, "run it again with --debug, and see what PAPI says"),
		row(papi.ClassNotifyEmails, outcomeRejected, ExitRejected, invalidData, "check the addresses of --notify"),
		row(papi.ClassCompliance, outcomeRejected, ExitRejected, invalidData, "give --compliance-reason and what belongs to it"),
		row(papi.ClassOtherRejection, outcomeError, ExitError, invalidData, "see what PAPI says"),

		row(papi.ClassWarnings, outcomeRejected, ExitRejected, invalidData, "see the warnings"),
		row(papi.ClassRejected, outcomeRejected, ExitRejected, invalidData, "correct the version; the same submission will be refused again"),
		row(papi.ClassCacheWipe, outcomeRejected, ExitRejected, conflict, "a hostname has moved between accounts; PAPI says when it will do"),
		row(papi.ClassCertificateNew, outcomeRejected, ExitRejected, conflict, "the certificate has not arrived everywhere; "+again),

		row(papi.ClassBusy, outcomeBusy, ExitBusy, conflict, again),
		row(papi.ClassARLConflict, outcomeBusy, ExitBusy, conflict, again),
		row(papi.ClassNotYet, outcomeBusy, ExitBusy, conflict, again),
		row(papi.ClassETag, outcomeError, ExitError, conflict, again),
		row(papi.ClassStillPending, outcomeBusy, ExitBusy, conflict, again),
		row(papi.ClassAlreadyActivated, outcomeError, ExitError, conflict, "propctl status shows what is active"),
		row(papi.ClassNotActive, outcomeError, ExitError, conflict, "propctl status shows what is active"),
		row(papi.ClassCancelTooLate, outcomeError, ExitError, conflict, "wait for it with propctl wait, then activate the version that is wanted"),

		row(papi.ClassRateLimited, outcomeLimited, ExitLimited, remoteSystem, "wait; other clients of the account use the same limit"),
		row(papi.ClassBudgetExhausted, outcomeLimited, ExitLimited, remoteSystem, "propctl budget shows when there will be activations again"),
		row(papi.ClassResourceLimit, outcomeLimited, ExitLimited, remoteSystem, "there are too many of them; waiting does not help"),
		row(papi.ClassServer, outcomeError, ExitError, remoteSystem, again),
	}
}

// classOf returns the class of PAPI's error within err, and otherwise what
// there is.
func classOf(err error, otherwise string) string {
	if e, ok := errors.AsType[*papi.Error](err); ok {
		return string(e.Class)
	}
	return otherwise
}

// viewPAPI returns what PAPI said about an error; nil where it said nothing.
func viewPAPI(err error) *papiView {
	v := &papiView{Errors: []papi.Problem{}, Warnings: []papi.Problem{}}
	spoke := false
	take := func(p papi.Problem) { v.Type, v.Title, v.Detail, v.Instance = p.Type, p.Title, p.Detail, p.Instance }
	if e, ok := errors.AsType[*papi.Error](err); ok && e.StatusCode != 0 {
		spoke = true
		take(e.Problem)
		v.Status = e.StatusCode
		v.Errors, v.Warnings = append(v.Errors, e.Errors...), append(v.Warnings, e.Warnings...)
		if v.Detail == "" {
			v.Detail = e.Body
		}
	} else if e, ok := errors.AsType[*activation.Rejected](err); ok && len(e.Errors)+len(e.Warnings) > 0 {
		spoke = true
		v.Errors, v.Warnings = append(v.Errors, e.Errors...), append(v.Warnings, e.Warnings...)
	} else if e, ok := errors.AsType[*activation.Failed](err); ok && e.Activation.FailureCause != nil {
		spoke = true
		take(*e.Activation.FailureCause)
	}
	if !spoke {
		return nil
	}
	return v
}
