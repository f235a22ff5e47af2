package catalogue

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi"
)

// papiError is PAPI's answer of a class, on its way through the layers above.
func papiError(class papi.Class) error {
	return fmt.Errorf("somewhere: %w", &papi.Error{Class: class, StatusCode: 400})
}

// stopped is the engine's error for a context that ended with the cause.
func stopped(t *testing.T, cause error, blocked bool) *activation.StoppedError {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	s := activation.Selection{Property: papi.PropertyRef{PropertyID: "prp_1"}, Network: papi.Staging}
	_, err := (&activation.Engine{API: silent{}}).Wait(ctx, s)
	e, ok := errors.AsType[*activation.StoppedError](err)
	if !ok {
		t.Fatalf("the engine returned %v, not that it was stopped", err)
	}
	if blocked {
		e.Blocker = &papi.Activation{}
	}
	return e
}

// silent is a PAPI that never answers before the context ends.
type silent struct{ activation.API }

func (silent) Activations(ctx context.Context, _ papi.PropertyRef) (*papi.ActivationList, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func rolled(o rollout.Outcome, err error) error { return &RolloutError{o, err} }

type want struct {
	outcome  string
	exitCode int
	code     string
	category Category
}

func TestEveryErrorHasItsExitCode(t *testing.T) {
	cancelled := stopped(t, activation.ErrTimeout, false)
	cancelled.Cancelled = true
	cancelledBehind := stopped(t, activation.ErrTimeout, true)
	cancelledBehind.Cancelled = true
	tests := []struct {
		name string
		err  error
		want want
	}{
		{"usage", Usagef("no"), want{"error", 2, "usage", CategoryInvalidData}},
		{"settings", &SettingError{Err: errors.New("no")}, want{"error", 2, "settings", CategoryInvalidSettings}},
		{"no credentials", &CredentialsError{Missing: true, Err: errors.New("no")}, want{"error", 4, "credentials-missing", CategoryInvalidSettings}},
		{"bad credentials", &CredentialsError{Err: errors.New("no")}, want{"error", 4, "credentials-invalid", CategoryInvalidSettings}},
		{"ambiguous", &AmbiguousError{}, want{"error", 1, "ambiguous", CategoryInvalidData}},
		{"no such property", &NotFoundError{}, want{"error", 1, "not-found", CategoryNotFound}},
		{"different versions", &DifferentError{"x"}, want{"different", 1, "different", CategoryConflict}},
		{"output file", &OutputError{Err: errors.New("no")}, want{"error", 1, "output-not-written", CategoryInternalError}},
		{"expression that fails", &OutputError{Err: errors.New("no"), Expression: true}, want{"error", 1, "output-not-written", CategoryInternalError}},
		{"declined", ErrDeclined, want{"error", 1, "declined", CategoryConflict}},
		{"failed", &activation.FailedError{Outcome: activation.OutcomeFailed}, want{"failed", 3, "activation-failed", CategoryRemoteSystemError}},
		{"aborted", &activation.FailedError{Outcome: activation.OutcomeAborted}, want{"aborted", 3, "activation-aborted", CategoryConflict}},
		{"superseded", &activation.FailedError{Outcome: activation.OutcomeSuperseded}, want{"superseded", 3, "activation-superseded", CategoryConflict}},
		{"cancelled at the time-out", cancelled, want{"timed-out", 5, "timed-out", CategoryRemoteSystemError}},
		{"time-out behind a blocker", stopped(t, activation.ErrTimeout, true), want{"busy", 6, "busy", CategoryConflict}},
		{"interrupted", stopped(t, ErrInterrupted, false), want{"interrupted", 130, "interrupted", CategoryConflict}},
		{"interrupted behind a blocker", stopped(t, ErrInterrupted, true), want{"interrupted", 130, "interrupted", CategoryConflict}},
		{"time-out", stopped(t, activation.ErrTimeout, false), want{"timed-out", 5, "timed-out", CategoryRemoteSystemError}},
		{"time-out of a search", fmt.Errorf("POST: %w", activation.ErrTimeout), want{"timed-out", 5, "timed-out", CategoryRemoteSystemError}},
		{"stopped for another reason", stopped(t, context.Canceled, false), want{"interrupted", 130, "interrupted", CategoryConflict}},
		{"cancelled at the time-out behind a blocker", cancelledBehind, want{"timed-out", 5, "timed-out", CategoryRemoteSystemError}},
		{"interrupted at the time-out", errors.Join(activation.ErrTimeout, ErrInterrupted), want{"interrupted", 130, "interrupted", CategoryConflict}},
		{"interrupted after the time-out behind a blocker", errors.Join(stopped(t, activation.ErrTimeout, true), ErrInterrupted), want{"busy", 6, "busy", CategoryConflict}},
		{"stopped by an answer", errors.Join(stopped(t, context.Canceled, false), papiError(papi.ClassForbidden)), want{"error", 1, "forbidden", CategoryPermissionDenied}},
		{"busy", &activation.BusyError{}, want{"busy", 6, "busy", CategoryConflict}},
		{"somebody else's turn", &activation.InLineError{}, want{"busy", 6, "busy", CategoryConflict}},
		{"the turn is lost", activation.ErrTurnLost, want{"error", 1, "turn-lost", CategoryConflict}},
		{"no coordinator", &coordinator.GoneError{Err: errors.New("x")}, want{"error", 1, "coordinator-gone", CategoryRemoteSystemError}},
		{"a line of nobody's", &coordinator.UnreadableError{}, want{"error", 1, "coordinator-unreadable", CategoryTypeError}},
		{"overtaken", &activation.BusyError{Blocker: papi.Activation{Status: papi.StatusActive}}, want{"busy", 6, "busy", CategoryConflict}},
		{"errors in a version", &InvalidVersionError{"x"}, want{"rejected", 7, "rejected", CategoryInvalidData}},
		{"rejected before a submission", &activation.RejectedError{}, want{"rejected", 7, "rejected", CategoryInvalidData}},
		{"rejected for its warnings", &activation.RejectedError{Warnings: []papi.Problem{{Title: "no"}}}, want{"rejected", 7, "rejected", CategoryInvalidData}},
		{"budget", &activation.LimitError{Daily: true}, want{"limited", 8, "budget-exhausted", CategoryRemoteSystemError}},
		{"limit", &activation.LimitError{}, want{"limited", 8, "rate-limited", CategoryRemoteSystemError}},
		{"nothing active to take", &activation.NotActiveError{}, want{"error", 1, "not-found", CategoryNotFound}},
		{"nothing to return to", &activation.NoPreviousVersionError{}, want{"error", 1, "nothing-before", CategoryNotFound}},
		{"a bucket that cannot do it", &BucketError{"x"}, want{"error", 1, "hostname-bucket", CategoryInvalidData}},
		{"no room for hostnames", &activation.HostnameLimitError{}, want{"limited", 8, "resource-limit", CategoryRemoteSystemError}},
		{"manifest", &RolloutFileError{File: "x", Err: &rollout.MistakesError{Mistakes: []rollout.Mistake{{What: "x"}}}}, want{"error", 2, "manifest", CategoryInvalidData}},
		{"plan", &RolloutFileError{File: "x", Plan: true, Err: errors.New("no")}, want{"error", 2, "plan-file", CategoryInvalidData}},
		{"selection", fmt.Errorf("x: %w", &rollout.SelectionError{What: "x"}), want{"error", 1, "selection", CategoryNotFound}},
		{"account", &rollout.AccountError{}, want{"error", 4, "another-account", CategoryInvalidSettings}},
		{"rollout failed", rolled(rollout.OutcomeFailed, &rollout.FailuresError{}), want{"failed", 3, "rollout-failed", CategoryRemoteSystemError}},
		{"check failed", rolled(rollout.OutcomeFailed, &rollout.CheckError{}), want{"failed", 3, "rollout-check-failed", CategoryRemoteSystemError}},
		{"check undecided", rolled(rollout.OutcomeUndecided, &rollout.CheckError{}), want{"paused", 5, "rollout-check-undecided", CategoryRemoteSystemError}},
		{"rolled back for failures", rolled(rollout.OutcomeRolledBack, &rollout.FailuresError{}), want{"rolled-back", 3, "rollout-rolled-back", CategoryRemoteSystemError}},
		{"rolled back for a check", rolled(rollout.OutcomeRolledBack, &rollout.CheckError{}), want{"rolled-back", 3, "rollout-rolled-back", CategoryRemoteSystemError}},
		{"closed", rolled(rollout.OutcomeRolledBack, errors.Join(&rollout.ClosedError{}, &rollout.CheckError{})), want{"rolled-back", 3, "rollout-closed", CategoryConflict}},
		{"superseded items", rolled(rollout.OutcomeSuperseded, &rollout.FailuresError{}), want{"superseded", 3, "rollout-superseded", CategoryConflict}},
		{"rejected items", rolled(rollout.OutcomeRejected, &rollout.FailuresError{}), want{"rejected", 7, "rollout-rejected", CategoryInvalidData}},
		{"blocked items", rolled(OutcomeBusy, &rollout.FailuresError{}), want{"busy", 6, "rollout-blocked", CategoryConflict}},
		{"overdue items", rolled(rollout.OutcomeTimedOut, &rollout.FailuresError{}), want{"timed-out", 5, "rollout-overdue", CategoryRemoteSystemError}},
		{"uncertain items", rolled(rollout.OutcomeError, errors.Join(&rollout.UncertainError{}, &rollout.FailuresError{})), want{"error", 1, "rollout-uncertain", CategoryRemoteSystemError}},
		{"uncertain items that failed", rolled(rollout.OutcomeError, &rollout.FailuresError{}), want{"error", 1, "rollout-uncertain", CategoryRemoteSystemError}},
		{"return failed", rolled(rollout.OutcomeError, errors.Join(&rollout.ReturnError{}, nil)), want{"error", 1, "rollout-return-failed", CategoryRemoteSystemError}},
		{"nothing before items", rolled(rollout.OutcomeError, errors.Join(&rollout.NotReturnableError{}, nil)), want{"error", 1, "rollout-not-returnable", CategoryNotFound}},
		{"drifted", rolled(rollout.OutcomeRejected, &rollout.DriftError{}), want{"rejected", 7, "drifted", CategoryConflict}},
		{"another plan at the coordinator", &runner.OpenError{Job: &runner.Job{}}, want{"rejected", 7, "another-plan", CategoryConflict}},
		{"stopped by somebody", &runner.StoppedError{Name: "redirects"}, want{"aborted", 3, "rollout-stopped", CategoryConflict}},
		{"nothing handed in", &runner.NoJobError{Name: "redirects"}, want{"error", 1, "not-handed-in", CategoryNotFound}},
		{"another plan", rolled(rollout.OutcomeRejected, &rollout.AnotherPlanError{}), want{"rejected", 7, "another-plan", CategoryConflict}},
		{"budget of a rollout", rolled(rollout.OutcomeLimited, &rollout.BudgetError{}), want{"limited", 8, "budget-short", CategoryRemoteSystemError}},
		{"budget used up in a rollout", rolled(rollout.OutcomeLimited, &activation.LimitError{Daily: true}), want{"limited", 8, "budget-exhausted", CategoryRemoteSystemError}},
		{"lost", &activation.VanishedError{}, want{"error", 1, "activation-lost", CategoryNotFound}},
		{"too late", fmt.Errorf("%w: it is ACTIVE", activation.ErrTooLate), want{"error", 1, "cancel-too-late", CategoryConflict}},
		{"nothing to wait for", fmt.Errorf("%w of it", activation.ErrNoActivation), want{"error", 1, "no-activation", CategoryNotFound}},
		{"anything else", errors.New("what"), want{"error", 1, "internal", CategoryInternalError}},
	}
	for class, w := range classWants() {
		w.code = string(class)
		tests = append(tests, struct {
			name string
			err  error
			want want
		}{string(class), papiError(class), w})
	}
	used, rows := map[string]int{}, map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.err)
			got := want{v.Outcome, v.ExitCode, v.Code, v.Category}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if v.Help == "" {
				t.Error("no hint")
			}
		})
		rows[tt.want.code] = true
		for _, e := range All() {
			for i, m := range e.Matches {
				if !m.Fits(tt.err) {
					continue
				}
				used[fmt.Sprint(e.Code, " ", i)]++
				if e.Code != tt.want.code {
					t.Errorf("%s fits row %s, too", tt.name, e.Code)
				}
			}
		}
	}
	for _, e := range All() {
		for i := range e.Matches {
			if used[fmt.Sprint(e.Code, " ", i)] == 0 {
				t.Errorf("no error of this test fits match %d of row %s: give one to the table above", i, e.Code)
			}
		}
	}
	for _, e := range All() {
		if !rows[e.Code] {
			t.Errorf("no error of this test has the row %s: give one to the table above", e.Code)
		}
	}
}

// What ended a submission does not change the row of PAPI's answer.
func TestAnswersToSubmissionsHaveTheirOwnRow(t *testing.T) {
	for class, w := range classWants() {
		for _, err := range []error{class, fmt.Errorf("the engine: %w", errors.Join(papiError(class)))} {
			if v := Judge(err); v.Code != string(class) || v.ExitCode != w.exitCode || v.Category != w.category {
				t.Errorf("%v: %+v", err, v)
			}
		}
	}
}

func TestHintSaysHowFarTheClockIsOff(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		papi time.Time
		want string
	}{
		{now.Add(-5 * time.Minute), "it is 300 s ahead of PAPI's"},
		{now.Add(45 * time.Second), "it is 45 s behind PAPI's"},
		{now.Add(-time.Second), "agrees with PAPI's"},
	} {
		err := fmt.Errorf("GET: %w", &papi.Error{Class: papi.ClassClockSkew, StatusCode: 400, Answer: papi.Answer{Date: tt.papi}})
		if got := clockHelp(err, now); !strings.Contains(got, tt.want) {
			t.Errorf("hint %q, want %q", got, tt.want)
		}
	}
	if v := Judge(papiError(papi.ClassClockSkew)); v.Help != Lookup("clock-skew").Help {
		t.Errorf("without PAPI's clock the hint is %q", v.Help)
	}
}

func classWants() map[papi.Class]want {
	return map[papi.Class]want{
		papi.ClassNoAnswer:         {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassTimeout:          {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassDNS:              {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassProxy:            {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassTLS:              {"error", 1, "", CategoryInvalidSettings},
		papi.ClassMalformed:        {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassSuspended:        {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassRedirect:         {"error", 1, "", CategoryRemoteSystemError},
		papi.ClassClockSkew:        {"error", 4, "", CategoryRemoteAuthFailed},
		papi.ClassUnauthorized:     {"error", 4, "", CategoryRemoteAuthFailed},
		papi.ClassGrantMissing:     {"error", 4, "", CategoryPermissionDenied},
		papi.ClassForbidden:        {"error", 1, "", CategoryPermissionDenied},
		papi.ClassVersionLocked:    {"error", 1, "", CategoryPermissionDenied},
		papi.ClassNotFound:         {"error", 1, "", CategoryNotFound},
		papi.ClassInvalid:          {"error", 1, "", CategoryInvalidData},
		papi.ClassNotifyEmails:     {"rejected", 7, "", CategoryInvalidData},
		papi.ClassCompliance:       {"rejected", 7, "", CategoryInvalidData},
		papi.ClassOtherRejection:   {"error", 1, "", CategoryInvalidData},
		papi.ClassWarnings:         {"rejected", 7, "", CategoryInvalidData},
		papi.ClassRejected:         {"rejected", 7, "", CategoryInvalidData},
		papi.ClassCacheWipe:        {"rejected", 7, "", CategoryConflict},
		papi.ClassCertificateNew:   {"rejected", 7, "", CategoryConflict},
		papi.ClassBusy:             {"busy", 6, "", CategoryConflict},
		papi.ClassARLConflict:      {"busy", 6, "", CategoryConflict},
		papi.ClassNotYet:           {"busy", 6, "", CategoryConflict},
		papi.ClassETag:             {"error", 1, "", CategoryConflict},
		papi.ClassStillPending:     {"busy", 6, "", CategoryConflict},
		papi.ClassAlreadyActivated: {"error", 1, "", CategoryConflict},
		papi.ClassNotActive:        {"error", 1, "", CategoryConflict},
		papi.ClassCancelTooLate:    {"error", 1, "", CategoryConflict},
		papi.ClassRateLimited:      {"limited", 8, "", CategoryRemoteSystemError},
		papi.ClassBudgetExhausted:  {"limited", 8, "", CategoryRemoteSystemError},
		papi.ClassResourceLimit:    {"limited", 8, "", CategoryRemoteSystemError},
		papi.ClassServer:           {"error", 1, "", CategoryRemoteSystemError},
	}
}

// A class that papi gains has to find its row here.
func TestEveryClassOfPAPIsErrorsHasARow(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../papi/class.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []papi.Class
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if ident, isIdent := spec.Type.(*ast.Ident); !ok || !isIdent || ident.Name != "Class" {
			return true
		}
		class, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		declared = append(declared, papi.Class(class))
		return true
	})
	if diff := cmp.Diff(declared, papi.Classes()); diff != "" {
		t.Errorf("papi.Classes (-declared +returned):\n%s", diff)
	}
	wants := classWants()
	for _, class := range papi.Classes() {
		if _, ok := wants[class]; !ok {
			t.Errorf("class %q has no expectation", class)
		}
		if !slices.Contains(Codes(), string(class)) {
			t.Errorf("class %q has no row", class)
		}
	}
	if len(wants) != len(declared) {
		t.Errorf("papi has %d classes, the test %d", len(declared), len(wants))
	}
}
