package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

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
	Advice
}

// Judge looks an error up: the row that recognises it; else, of an answer of PAPI's, the row of its class.
// What an error means comes before what caused it, so a time-out that ended a request is a time-out.
func Judge(err error) Verdict {
	row, advice := recognise(err)
	if row.help != nil {
		advice.Help = cmp.Or(row.help(err, time.Now()), advice.Help)
	}
	v := Verdict{Outcome: row.Outcome, ExitCode: row.ExitCode, Code: row.Code, Category: row.Category, Advice: advice}
	if unhealthy, ok := errors.AsType[*UnhealthyError](err); ok { // doctor's own exit codes
		v.Outcome, v.ExitCode = OutcomeError, unhealthy.ExitCode
	}
	return v
}

// recognise returns the row of an error and what to do about it.
func recognise(err error) (Entry, Advice) {
	if row, ok := judgedAsRollout(err); ok {
		return row, row.advice()
	}
	for _, row := range All() {
		for _, match := range row.Matches {
			if !match.Fits(err) {
				continue
			}
			if match.Instead != nil {
				return row, *match.Instead
			}
			return row, row.advice()
		}
	}
	code := CodeInternal
	if e, ok := errors.AsType[*papi.Error](err); ok {
		code = string(e.Class)
	} else if class, ok := errors.AsType[papi.Class](err); ok {
		code = string(class)
	}
	row := Lookup(code)
	return row, row.advice()
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
		return fmt.Sprintf("find out what holds requests back for more than %.0f s on their way; this machine's clock agrees with PAPI's", ClockTolerance.Seconds())
	}
	return fmt.Sprintf("set the clock of this machine: it is %.0f s %s PAPI's, and %.0f s are too much", ahead.Seconds(), direction, ClockTolerance.Seconds())
}

// Outcomes beside those of the engine.
const (
	OutcomeOK          = "ok"
	OutcomeFree        = "free"
	OutcomeBusy        = "busy"
	OutcomeDifferent   = "different"
	OutcomeError       = "error"
	OutcomeRejected    = "rejected"
	OutcomeLimited     = "limited"
	OutcomeTimedOut    = "timed-out"
	OutcomeInterrupted = "interrupted"
	OutcomeHandedIn    = "handed-in" // a rollout, to runners
	OutcomeStopped     = "stopped"   // and the same for all of them
	OutcomeResumed     = "resumed"
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

// withoutAnswer matches an error type that no answer of PAPI's has caused.
func withoutAnswer[E error](err error) bool { return Is[E](err) && !Is[*papi.Error](err) }

func failedWith(o activation.Outcome) func(error) bool {
	return when(func(e *activation.FailedError) bool { return e.Outcome == o })
}

// refusedByItself is what propctl refuses for a reason that has nothing to do with the content of the version.
func refusedByItself(e *activation.RejectedError) bool {
	return e.Unwrap() == nil && len(e.Errors)+len(e.Warnings) == 0
}

// overtaken is that another activation was begun and has ended since the first look.
func overtaken(e *activation.BusyError) bool { return !activation.InProgress(e.Blocker) }

// timedOutBehindAnother is a time-out while another activation was waited for.
func timedOutBehindAnother(err error) bool {
	stopped, ok := errors.AsType[*activation.StoppedError](err)
	return ok && !stopped.Cancelled && (stopped.Blocker != nil || stopped.Ahead != nil && stopped.Ahead.Err == nil) && errors.Is(err, activation.ErrTimeout)
}

func timedOut(err error) bool {
	return errors.Is(err, activation.ErrTimeout) && !errors.Is(err, ErrInterrupted) && !timedOutBehindAnother(err)
}

func interrupted(err error) bool {
	if errors.Is(err, ErrInterrupted) {
		return !timedOutBehindAnother(err)
	}
	return withoutAnswer[*activation.StoppedError](err) && !errors.Is(err, activation.ErrTimeout)
}

// limitedForNow is a limit of requests; that of activations lasts for the day.
func limitedForNow(err error) bool {
	limit, ok := errors.AsType[*activation.LimitError](err)
	return ok && !limit.Daily && withoutAnswer[*activation.LimitError](err)
}
