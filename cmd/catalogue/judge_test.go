package catalogue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// What an error means for the user comes before what caused it.
func TestWhatAnErrorMeansComesBeforeItsCause(t *testing.T) {
	server, forbidden := papiError(papi.ClassServer), papiError(papi.ClassForbidden)
	cancelled := stopped(t, activation.ErrTimeout, false)
	cancelled.Cancelled = true
	inLine, noLine := stopped(t, activation.ErrTimeout, false), stopped(t, activation.ErrTimeout, false)
	inLine.Ahead, noLine.Ahead = &activation.Ahead{}, &activation.Ahead{Err: errors.New("the coordinator has gone")}
	for name, tt := range map[string]struct {
		err  error
		code string
	}{
		"a time-out behind somebody in line":           {inLine, "busy"},
		"a time-out while there was no line":           {noLine, "timed-out"},
		"a request that the time-out has ended":        {fmt.Errorf("%w: %w", activation.ErrTimeout, papiError(papi.ClassTimeout)), "timed-out"},
		"a read that Ctrl-C has ended":                 {errors.Join(server, ErrInterrupted), "interrupted"},
		"a flag whose file cannot be read":             {Usagef("--ca-file: %w", &SettingError{Where: "x", Err: errors.New("no such file")}), "usage"},
		"a setting that PAPI has refused":              {&SettingError{Where: "x", Err: forbidden}, "settings"},
		"credentials in a file that is no text":        {&CredentialsError{Err: errors.New("not UTF-8")}, "credentials-invalid"},
		"a file that was not written after a time-out": {&OutputError{Err: context.DeadlineExceeded}, "output-not-written"},
		"cancelled at the time-out":                    {cancelled, "timed-out"},
		"an answer and nothing else":                   {fmt.Errorf("a: %w", fmt.Errorf("b: %w", forbidden)), "forbidden"},
		"a class without an answer":                    {fmt.Errorf("GET: %w", papi.ClassDNS), "dns"},
		"a rollout whose items met a limit":            {rolled(rollout.OutcomeFailed, errors.Join(&rollout.FailuresError{}, &activation.LimitError{Daily: true})), "rollout-failed"},
		"a rollout whose items were blocked":           {rolled(rollout.OutcomeFailed, errors.Join(&activation.BusyError{}, &rollout.FailuresError{})), "rollout-failed"},
		"a rollout that PAPI's answer has stopped":     {rolled(rollout.OutcomeError, forbidden), "forbidden"},
		"a way back that has failed among failures":    {rolled(rollout.OutcomeError, errors.Join(&rollout.FailuresError{}, &rollout.ReturnError{})), "rollout-return-failed"},
		"items that stay, among failures":              {rolled(rollout.OutcomeError, errors.Join(&rollout.NotReturnableError{}, &rollout.FailuresError{})), "rollout-not-returnable"},
		"items that stay, and a way back that failed":  {rolled(rollout.OutcomeError, errors.Join(&rollout.ReturnError{}, &rollout.NotReturnableError{})), "rollout-return-failed"},
		"a rollout with an outcome of no row":          {rolled(rollout.OutcomePaused, &rollout.FailuresError{}), "internal"},
	} {
		if v := Judge(tt.err); v.Code != tt.code {
			t.Errorf("%s is judged as %s, want %s", name, v.Code, tt.code)
		}
	}
}

// An error is the same however it was wrapped, and whatever else went wrong that nobody knows.
func TestWrappingAnErrorChangesNoVerdict(t *testing.T) {
	known := []error{
		Usagef("no"), &SettingError{Where: "x", Err: errors.New("no")}, &CredentialsError{Missing: true, Err: errors.New("no")}, &NotFoundError{"x"}, ErrDeclined, ErrInterrupted,
		&activation.FailedError{Outcome: activation.OutcomeFailed}, &activation.BusyError{}, &activation.LimitError{Daily: true}, &activation.VanishedError{}, activation.ErrTooLate,
		stopped(t, activation.ErrTimeout, true), stopped(t, ErrInterrupted, false), rolled(rollout.OutcomeFailed, &rollout.FailuresError{}), &UnhealthyError{"clock", errors.New("no"), 4},
	}
	for _, class := range papi.Classes() {
		known = append(known, papiError(class))
	}
	rapid.Check(t, func(r *rapid.T) {
		err := rapid.SampledFrom(known).Draw(r, "error")
		want := Judge(err)
		for _, how := range rapid.SliceOfN(rapid.IntRange(0, 3), 1, 5).Draw(r, "wrapped") {
			switch how {
			case 0:
				err = fmt.Errorf("while something: %w", err)
			case 1:
				err = errors.Join(nil, err)
			case 2:
				err = errors.Join(errors.New("unknown"), err)
			case 3:
				err = fmt.Errorf("%w; and %w", err, errors.New("unknown"))
			}
		}
		if got := Judge(err); got.Code != want.Code || got.ExitCode != want.ExitCode || got.Outcome != want.Outcome || got.Category != want.Category || got.Help != want.Help || !slices.Equal(got.Next, want.Next) {
			r.Errorf("%v is judged as %+v, want %+v", err, got, want)
		}
	})
}

func TestTheClockIsComparedAsExactlyAsItCanBe(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for ahead, want := range map[time.Duration]string{
		2 * time.Second: "agrees with", -2 * time.Second: "agrees with", 0: "agrees with",
		2*time.Second + time.Millisecond: "2 s ahead of", -3 * time.Second: "3 s behind", 26 * time.Hour: "93600 s ahead of",
	} {
		err := &papi.Error{Class: papi.ClassClockSkew, Answer: papi.Answer{Date: now.Add(-ahead)}}
		if got := clockHelp(err, now); !strings.Contains(got, want) {
			t.Errorf("with a clock %s ahead: %q, want %q", ahead, got, want)
		}
	}
	if got := clockHelp(errors.New("no answer"), now); got != "" {
		t.Errorf("without an answer: %q", got)
	}
}

// Each way to recognise an answer is a line that names all that is looked for, and nothing that is not.
func TestARecognitionIsDescribedAsAWhole(t *testing.T) {
	for _, tt := range []struct {
		r    papi.Recognition
		want string
	}{
		{papi.Recognition{Status: 409}, "status 409"},
		{papi.Recognition{Status: 500, Last: 1<<31 - 1}, "a status from 500 on"},
		{papi.Recognition{Status: 500, Last: 599}, "a status from 500 to 599"},
		{papi.Recognition{Type: "busy"}, `"busy" in the type`},
		{papi.Recognition{Type: "busy", InErrors: true}, `all of errors[] have "busy" in their type`},
		{papi.Recognition{Text: "later"}, `"later" in the text`},
		{papi.Recognition{Status: 503, Text: "later", Also: "and more"}, `status 503, "later" in the text, and more`},
		{papi.Recognition{Also: "more"}, "more"},
		{papi.Recognition{InErrors: true, Status: 400}, "status 400"},
		{papi.Recognition{}, ""},
	} {
		if got := recognitionText(tt.r); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.r, got, tt.want)
		}
	}
	for _, e := range All() {
		if lines := e.RecognisedBy(); slices.Contains(lines, "") {
			t.Errorf("%s is recognised by %q", e.Code, lines)
		}
	}
}

// The code of an end comes from another machine, which may run another version, or from somebody who writes what they
// like there: it never becomes a success.
func TestAnEndThatWasToldKeepsItsCodeAndIsNoSuccess(t *testing.T) {
	for _, row := range All() {
		v := Judge(fmt.Errorf("watching: %w", &ToldError{Code: row.Code, Text: "it has ended"}))
		if v.Code != row.Code || v.ExitCode != row.ExitCode || v.ExitCode == ExitOK {
			t.Errorf("%s was told, and is %s with exit code %d", row.Code, v.Code, v.ExitCode)
		}
	}
	for _, code := range []string{"", "ok", "active", "of a newer version", "rollout-failed ", strings.Repeat("a", 1<<16), "\x1b[2J"} {
		if v := Judge(&ToldError{Code: code, Text: "it has ended"}); v.Code != CodeInternal || v.ExitCode != ExitError {
			t.Errorf("%.20q was told, and is %s with exit code %d", code, v.Code, v.ExitCode)
		}
	}
}
