package catalogue_test

import (
	"errors"
	"fmt"
	"testing"

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
