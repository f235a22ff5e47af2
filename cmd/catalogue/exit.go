package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// From an error to its row of the catalogue. The first way that matches counts,
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

// Verdict is what an error means for the user.
type Verdict struct {
	Outcome  string
	ExitCode int
	Code     string
	Category Category
	Help     string
}

// Judge looks an error up.
func Judge(err error) Verdict {
	code, help := recognise(err)
	e := Lookup(code)
	if code == string(papi.ClassClockSkew) {
		help = clockHelp(err, time.Now())
	}
	v := Verdict{Outcome: e.Outcome, ExitCode: e.ExitCode, Code: e.Code, Category: e.Category, Help: cmp.Or(help, e.Help)}
	if unhealthy, ok := errors.AsType[*UnhealthyError](err); ok { // doctor's own exit codes
		v.Outcome, v.ExitCode = OutcomeError, unhealthy.ExitCode
	}
	return v
}

// recognise returns the code of an error, and what to do about it where that is
// known better than by the code alone.
func recognise(err error) (code, help string) {
	for _, w := range ways() {
		if w.matches(err) {
			return w.code, w.help
		}
	}
	if e, ok := errors.AsType[*papi.Error](err); ok {
		return string(e.Class), ""
	}
	if class, ok := errors.AsType[papi.Class](err); ok {
		return string(class), ""
	}
	return CodeInternal, ""
}

// clockTolerance is how old a signature may be; clockPrecision, how exactly the
// clocks can be compared.
const (
	ClockTolerance = 30 * time.Second
	clockPrecision = 2 * time.Second
)

// clockHelp says how far the clocks are apart. now is the local time of PAPI's
// answer, which is final, so it has just come.
func clockHelp(err error, now time.Time) string {
	e, ok := errors.AsType[*papi.Error](err)
	if !ok || e.Answer.Date.IsZero() {
		return ""
	}
	ahead, direction := now.Sub(e.Answer.Date), "ahead of"
	if ahead < 0 {
		ahead, direction = -ahead, "behind"
	}
	if ahead <= clockPrecision {
		return fmt.Sprintf("this machine's clock agrees with PAPI's; something on the way holds requests back for more than %.0f s", ClockTolerance.Seconds())
	}
	return fmt.Sprintf("set the clock of this machine: it is %.0f s %s PAPI's, and %.0f s are too much", ahead.Seconds(), direction, ClockTolerance.Seconds())
}

// Outcomes beside those of the engine.
const (
	OutcomeOK          = "ok"
	OutcomeFree        = "free"
	OutcomeBusy        = "busy"
	OutcomeError       = "error"
	OutcomeRejected    = "rejected"
	OutcomeLimited     = "limited"
	OutcomeTimedOut    = "timed-out"
	OutcomeInterrupted = "interrupted"
)

// Is matches an error type.
func Is[E error](err error) bool {
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
	return when(func(e *activation.FailedError) bool { return e.Outcome == o })
}

// WithoutAnswer matches an error type that nothing of PAPI's has caused.
func WithoutAnswer[E error](err error) bool { return Is[E](err) && !Is[*papi.Error](err) }

// ownRefusal is one that has nothing to do with what is in the version.
func ownRefusal(e *activation.RejectedError) bool {
	return e.Unwrap() == nil && len(e.Errors)+len(e.Warnings) == 0
}

// way is how an error of this program is recognised.
type way struct {
	matches func(error) bool
	code    string
	help    string // instead of the catalogue's; empty: that one
}

func ways() []way {
	return []way{
		{Is[*UsageError], codeUsage, ""},
		{Is[*SettingError], codeSettings, ""},
		{when(func(e *CredentialsError) bool { return e.Missing }), CodeCredentialsMissing, ""},
		{Is[*CredentialsError], CodeCredentialsInvalid, ""},
		{Is[*AmbiguousError], codeAmbiguous, ""},
		{Is[*NotFoundError], string(papi.ClassNotFound), "names are exact; check the account switch key too"},
		{Is[*BucketError], CodeBucket, ""},
		{Is[*OutputError], codeOutputFile, ""},
		{is(ErrDeclined), CodeDeclined, ""},

		{failedWith(activation.OutcomeFailed), CodeFailed, ""},
		{failedWith(activation.OutcomeAborted), CodeAborted, ""},
		{failedWith(activation.OutcomeSuperseded), CodeSuperseded, ""},
		{when(func(e *activation.StoppedError) bool { return e.Cancelled }), codeTimedOut, "it was cancelled; run the command again with a longer --timeout"},
		{when(func(e *activation.StoppedError) bool { return e.Blocker != nil && errors.Is(e, activation.ErrTimeout) }), string(papi.ClassBusy), ""},
		{is(ErrInterrupted), codeInterrupted, ""},
		{is(activation.ErrTimeout), codeTimedOut, ""},
		{WithoutAnswer[*activation.StoppedError], codeInterrupted, ""},
		{Is[*activation.BusyError], string(papi.ClassBusy), "wait for it, or leave that to --if-pending wait"},
		{when(ownRefusal), string(papi.ClassRejected), "nothing was submitted; the same command is refused again until what the error says has changed"},
		{WithoutAnswer[*activation.RejectedError], string(papi.ClassRejected), ""},
		{when(func(e *activation.LimitError) bool { return e.Daily }), string(papi.ClassBudgetExhausted), ""},
		{WithoutAnswer[*activation.LimitError], string(papi.ClassRateLimited), ""},
		{Is[*activation.NotActiveError], string(papi.ClassNotFound), "propctl status shows what is active; name the version by its number"},
		{Is[*activation.NoPreviousVersionError], CodeNothingBefore, ""},
		{Is[*activation.HostnameLimitError], string(papi.ClassResourceLimit), "remove hostnames, or spread them over several properties"},
		{Is[*activation.VanishedError], CodeLost, ""},
		{is(activation.ErrTooLate), string(papi.ClassCancelTooLate), ""},
		{is(activation.ErrNoActivation), CodeNoActivation, ""},
	}
}
