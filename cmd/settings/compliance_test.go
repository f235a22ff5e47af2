package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// Which members PAPI wants depends on the reason; a record that it would refuse is a mistake before anything is sent.
func TestAComplianceRecordIsWholeOrAMistake(t *testing.T) {
	const none = "--compliance-reason NONE --customer-email c@example.com --peer-reviewed-by r@example.com --unit-tested"
	for _, tt := range []struct {
		args string
		want *papi.ComplianceRecord
		says string // the mistake; empty for none
	}{
		{args: ""},
		{args: "--ticket T1", says: "needs --compliance-reason"},
		{args: "--unit-tested", says: "needs --compliance-reason"},
		{args: "--other-reason why", says: "needs --compliance-reason"},
		{args: "--peer-reviewed-by r@example.com", says: "needs --compliance-reason"},
		{args: "--customer-email c@example.com", says: "needs --compliance-reason"},
		{args: "--compliance-reason EMERGENCY", want: &papi.ComplianceRecord{NoncomplianceReason: papi.ComplianceEmergency}},
		{args: "--compliance-reason NO_PRODUCTION_TRAFFIC --ticket T1", want: &papi.ComplianceRecord{
			NoncomplianceReason: papi.ComplianceNoProductionTraffic, TicketID: "T1",
		}},
		{args: "--compliance-reason OTHER", says: "OTHER needs --other-reason"},
		{args: "--compliance-reason OTHER --other-reason why", want: &papi.ComplianceRecord{
			NoncomplianceReason: papi.ComplianceOther, OtherNoncomplianceReason: "why",
		}},
		{args: "--compliance-reason NONE", says: "NONE needs --customer-email, --peer-reviewed-by, --unit-tested"},
		{args: strings.Replace(none, "--unit-tested", "", 1), says: "NONE needs --unit-tested"},
		{args: strings.Replace(none, "--customer-email c@example.com", "", 1), says: "NONE needs --customer-email"},
		{args: strings.Replace(none, "--peer-reviewed-by r@example.com", "", 1), says: "NONE needs --peer-reviewed-by"},
		{args: none, want: &papi.ComplianceRecord{
			NoncomplianceReason: papi.ComplianceNone, CustomerEmail: "c@example.com", PeerReviewedBy: "r@example.com", UnitTested: true,
		}},
	} {
		t.Run(tt.args, func(t *testing.T) {
			var c settings.Compliance
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			c.Declare(flags)
			if err := flags.Parse(strings.Fields(tt.args)); err != nil {
				t.Fatal(err)
			}
			err := c.Check()
			if tt.says != "" {
				if err == nil || !strings.HasSuffix(err.Error(), tt.says) {
					t.Errorf("error %v, want one that ends with %q", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(tt.want, c.Record()); diff != "" {
				t.Errorf("the record (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAComplianceReasonIsOneOfPAPIs(t *testing.T) {
	var c settings.Compliance
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.Declare(flags)
	if err := flags.Parse([]string{"--compliance-reason", "BORED"}); err == nil {
		t.Errorf("BORED is taken for a reason: %+v", c.Record())
	}
}
