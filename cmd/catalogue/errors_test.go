package catalogue_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi"
)

func TestErrorsKeepTheirCause(t *testing.T) {
	cause := errors.New("the cause")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&catalogue.UsageError{Err: cause, Command: "propctl x"}, "the cause"},
		{catalogue.Usagef("--flag: %w", cause), "--flag: the cause"},
		{&catalogue.SettingError{Where: "config.yaml", Err: cause}, "config.yaml: the cause"},
		{&catalogue.SettingError{Where: "config.yaml", Key: "poll", Err: cause}, "config.yaml: poll: the cause"},
		{&catalogue.CredentialsError{Err: cause}, "the cause"},
		{&catalogue.OutputError{Err: cause}, "the cause"},
		{&catalogue.UnhealthyError{Check: "tls", Err: cause}, "tls: the cause"},
	} {
		if !errors.Is(tt.err, cause) || tt.err.Error() != tt.want {
			t.Errorf("%T: %q, cause kept: %t; want %q", tt.err, tt.err, errors.Is(tt.err, cause), tt.want)
		}
	}
}

// Each is about what was asked for, says exactly that, and has a row of its own.
func TestWhatWasFoundIsSaidInItsOwnRow(t *testing.T) {
	const what = "two properties are called www.example.com"
	rows := map[string]error{}
	for _, err := range []error{
		&catalogue.NotFoundError{What: what}, &catalogue.AmbiguousError{What: what}, &catalogue.BucketError{What: what},
		&catalogue.DifferentError{What: what}, &catalogue.InvalidVersionError{What: what},
	} {
		v := catalogue.Judge(err)
		if other, twice := rows[v.Code]; twice || v.Code == catalogue.CodeInternal || v.ExitCode == catalogue.ExitOK {
			t.Errorf("%T is judged as %+v, as is %T", err, v, other)
		}
		if rows[v.Code] = err; err.Error() != what {
			t.Errorf("%T says %q, want %q", err, err, what)
		}
	}
}

// The examination of doctor has exit codes of its own, and says what its first failure says.
func TestDoctorHasItsOwnExitCodes(t *testing.T) {
	for _, tt := range []struct {
		class papi.Class
		exit  int
	}{
		{papi.ClassUnauthorized, catalogue.ExitCredentials},
		{papi.ClassRateLimited, catalogue.ExitError}, // 8 anywhere else
		{papi.ClassBusy, catalogue.ExitError},        // 6 anywhere else
	} {
		v := catalogue.Judge(&catalogue.UnhealthyError{Check: "connection", Err: fmt.Errorf("GET: %w", tt.class), ExitCode: tt.exit})
		if row := catalogue.Lookup(string(tt.class)); v.ExitCode != tt.exit || v.Outcome != catalogue.OutcomeError || v.Code != row.Code || v.Category != row.Category || v.Help == "" {
			t.Errorf("%s: %+v, want the row with exit code %d", tt.class, v, tt.exit)
		}
	}
}

func TestAnErrorOfNoRowIsADefectOfThisProgram(t *testing.T) {
	for _, err := range []error{errors.New("what"), fmt.Errorf("a: %w", errors.New("b")), &papi.Error{}} {
		if v := catalogue.Judge(err); v.Code != catalogue.CodeInternal || v.ExitCode != catalogue.ExitError || len(v.Next) == 0 {
			t.Errorf("%v: %+v", err, v)
		}
	}
}

// Errors of a rollout are one line, name the file, and keep what they were made of.
func TestErrorsOfRolloutsAreOneLineAndKeepTheirCauses(t *testing.T) {
	failures, check := &rollout.FailuresError{Wave: "canary", Items: []string{"a.example.com (failed)"}}, &rollout.CheckError{Wave: "canary"}
	whole := &catalogue.RolloutError{Outcome: rollout.OutcomeFailed, Err: errors.Join(failures, check)}
	if text := whole.Error(); strings.Contains(text, "\n") || text != failures.Error()+"; "+check.Error() {
		t.Errorf("%q", text)
	}
	if !errors.Is(whole, failures) || !errors.Is(whole, check) {
		t.Error("its causes are not found")
	}
	mistake := &rollout.MistakesError{Mistakes: []rollout.Mistake{{At: rollout.Position{Line: 3, Column: 5}, What: "this has to be a text"}}}
	for _, plan := range []bool{false, true} {
		err := &catalogue.RolloutFileError{File: "rollout.yaml", Plan: plan, Err: mistake}
		if want := "rollout.yaml: line 3, column 5: this has to be a text"; err.Error() != want || !errors.Is(err, mistake) {
			t.Errorf("%q, want %q", err, want)
		}
		if code := map[bool]string{false: "manifest", true: "plan-file"}[plan]; catalogue.Judge(err).Code != code {
			t.Errorf("%+v, want %s", catalogue.Judge(err), code)
		}
	}
}

// The page of errors has a title over each part, and explain finds every row of it.
func TestSectionsHaveTitlesAndEachRowIsInOne(t *testing.T) {
	titles, rows := map[string]bool{}, map[string]string{}
	for _, s := range catalogue.Sections() {
		if s.Title == "" || titles[s.Title] || len(s.Entries) == 0 {
			t.Errorf("section %q has %d rows, or is there twice", s.Title, len(s.Entries))
		}
		titles[s.Title] = true
		for _, e := range s.Entries {
			if other, twice := rows[e.Code]; twice {
				t.Errorf("%s is in %s and in %s", e.Code, other, s.Title)
			}
			rows[e.Code] = s.Title
		}
	}
	for _, class := range papi.Classes() {
		if rows[string(class)] == "" {
			t.Errorf("%s is in no section", class)
		}
	}
	if len(rows) != len(catalogue.Codes()) {
		t.Errorf("the sections have %d rows, and there are %d codes", len(rows), len(catalogue.Codes()))
	}
}
