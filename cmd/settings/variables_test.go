package settings_test

import (
	"strings"
	"testing"

	"github.com/propctl/propctl/cmd/settings"
)

func TestVariablesOfThisProgramAreReadOrRefused(t *testing.T) {
	const value = "very-secret"
	for _, tt := range []struct {
		name string // of the variable
		want string // in the message; empty: it is no mistake
	}{
		// What is read.
		{name: "PROPCTL_NOTE"},
		{name: "PROPCTL_CONFIG"},
		{name: "PROPCTL_ACCOUNTKEY"},
		{name: "PROPCTL_NOTIFY_SECRET"},
		{name: "PROPCTL_RELEASES"},
		{name: "PROPCTL_ACTIVE_HELP"},
		{name: "PROPCTL_COMPLETION_DESCRIPTIONS"},
		{name: "PROPCTL_RESULT_OUTCOME"}, // which --dotenv has written

		// What was meant for this program.
		{name: "PROPCTL_NOWAIT", want: "PROPCTL_NOWAIT: there is no such setting; did you mean PROPCTL_NO_WAIT?"},
		{name: "PROPCTL_NOTFY", want: "did you mean PROPCTL_NOTIFY?"},
		{name: "PROPCTL_LIMT", want: "did you mean PROPCTL_LIMIT?"}, // once, although two commands have it
		{name: "PROPCTL_XYZZY", want: "PROPCTL_XYZZY: there is no such setting"},
		{name: "PROPCTL_FORCE", want: "there is no such setting"}, // only makes sense when it is typed
		{name: "PROPCTL_RESULT", want: "there is no such setting"},
		{name: "PROPCTL_", want: "there is no such setting"},
		{name: "propctl_note", want: "did you mean PROPCTL_NOTE?"},
		{name: "PROPCTL-NOTE", want: "did you mean PROPCTL_NOTE?"},
		{name: "PROPCTL_note", want: "did you mean PROPCTL_NOTE?"},

		// What belongs to somebody else.
		{name: "propctl_home"},
		{name: "Propctl-Xyzzy"},
		{name: "MYPROPCTL_NOTE"},
		{name: "PROPCTLNOTE"},

		// What Kubernetes and Docker give the containers beside a service called propctl.
		{name: "PROPCTL_SERVICE_HOST"},
		{name: "PROPCTL_SERVICE_PORT"},
		{name: "PROPCTL_SERVICE_PORT_HTTPS"},
		{name: "PROPCTL_PORT"},
		{name: "PROPCTL_PORT_443_TCP"},
		{name: "PROPCTL_PORT_443_TCP_ADDR"},
		{name: "PROPCTL_PORT_53_UDP_PROTO"},
		{name: "PROPCTL_PORT_9_SCTP_PORT"},
		{name: "PROPCTL_PORTS", want: "PROPCTL_PORTS"},
		{name: "PROPCTL_PORT_X_TCP", want: "PROPCTL_PORT_X_TCP"},
		{name: "PROPCTL_PORT_443", want: "PROPCTL_PORT_443"},
		{name: "PROPCTL_PORT_65536_TCP", want: "PROPCTL_PORT_65536_TCP"},
		{name: "PROPCTL_SERVICE", want: "PROPCTL_SERVICE"},
		{name: "PROPCTL_443_TCP", want: "PROPCTL_443_TCP"},
		{name: "PROPCTL_PORT_443_DRY_RUN", want: "PROPCTL_PORT_443_DRY_RUN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProgram(t)
			p.env[tt.name] = value
			err := settings.CheckVariables(p.root, p.Env())
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, tt.want)
			if err != nil && strings.Contains(err.Error(), value) {
				t.Errorf("%v has the value in it", err)
			}
			p.env[tt.name] = ""
			if err := settings.CheckVariables(p.root, p.Env()); err != nil {
				t.Errorf("empty: %v", err)
			}
		})
	}
}

func TestAllWrongVariablesAreNamedAtOnce(t *testing.T) {
	p := newProgram(t)
	p.env["PROPCTL_NOWAIT"], p.env["PROPCTL_ZZ\x1b[2J"] = "true", "x"
	err := settings.CheckVariables(p.root, p.Env())
	refused(t, err, "PROPCTL_NOWAIT, PROPCTL_ZZ", "there are no such settings; did you mean PROPCTL_NO_WAIT?")
	if err != nil && strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q", err)
	}
}

// On Windows, names have no case: what is there in small letters was read.
func TestANameInAnotherCaseIsFineWhereItWasRead(t *testing.T) {
	p := newProgram(t)
	p.env["propctl_note"] = "x"
	e := p.Env()
	e.LookupEnv = func(name string) (string, bool) { value, ok := p.env[strings.ToLower(name)]; return value, ok }
	if err := settings.CheckVariables(p.root, e); err != nil {
		t.Error(err)
	}
}

func TestWithoutAListOfVariablesNoneIsUnknown(t *testing.T) {
	p := newProgram(t)
	p.env["PROPCTL_XYZZY"] = "x"
	e := p.Env()
	e.Environ = nil
	if err := settings.CheckVariables(p.root, e); err != nil {
		t.Error(err)
	}
}

// What other tools call a setting is no name with our prefix.
func TestOnlyNamesThatAreReadAreSuggested(t *testing.T) {
	for _, name := range []string{"PROPCTL_AKAMAI_EDGERC", "PROPCTL_SSL_CERT_FILE"} {
		p := newProgram(t)
		p.env[name] = "x"
		err := settings.CheckVariables(p.root, p.Env())
		refused(t, err, name+": there is no such setting")
		if err != nil && strings.Contains(err.Error(), "did you mean "+name) {
			t.Error(err)
		}
	}
}

func TestANameInAnotherCaseIsRefusedWhereTheRightOneSaysSomethingElse(t *testing.T) {
	p := newProgram(t)
	p.env["PROPCTL_NOTE"], p.env["propctl_note"] = "read", "not read"
	refused(t, settings.CheckVariables(p.root, p.Env()), "propctl_note", "did you mean PROPCTL_NOTE?")
	p.env["propctl_note"] = "read"
	if err := settings.CheckVariables(p.root, p.Env()); err != nil {
		t.Errorf("both say the same: %v", err)
	}
}

// The order in which a system lists its variables is none.
func TestWrongVariablesAreNamedInTheSameOrder(t *testing.T) {
	p := newProgram(t)
	e := p.Env()
	for _, entries := range [][]string{{"PROPCTL_YY=1", "PROPCTL_XX=1"}, {"PROPCTL_XX=1", "PROPCTL_YY=1"}} {
		e.Environ = func() []string { return entries }
		refused(t, settings.CheckVariables(p.root, e), "PROPCTL_XX, PROPCTL_YY: there are no such settings")
	}
}
