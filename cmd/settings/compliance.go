package settings

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi"
)

// Compliance has the flags of the compliance record that Akamai's staff and partners send with an activation on
// production. None is sent unless a reason is given.
type Compliance struct {
	reason                     papi.ComplianceReason
	ticket, reviewer, customer Line
	text                       Text
	unitTested                 bool
}

// Declare declares the flags.
func (f *Compliance) Declare(fs *pflag.FlagSet) {
	fs.Var(OneOf[papi.ComplianceReason]{To: &f.reason, Allowed: []papi.ComplianceReason{
		papi.ComplianceNone, papi.ComplianceOther, papi.ComplianceNoProductionTraffic, papi.ComplianceEmergency,
	}}, "compliance-reason", "`REASON` NONE, OTHER, EMERGENCY, NO_PRODUCTION_TRAFFIC")
	fs.Var(&f.ticket, "ticket", "`ID` ticket of the change")
	fs.Var(&f.reviewer, "peer-reviewed-by", "`EMAIL` who has reviewed it")
	fs.Var(&f.customer, "customer-email", "`EMAIL` the customer's address")
	fs.BoolVar(&f.unitTested, "unit-tested", false, "the version has been tested")
	fs.Var(&f.text, "other-reason", "`TEXT` what the reason OTHER stands for")
}

// Check finds what PAPI wants with the reason and was not given.
func (f *Compliance) Check() error {
	given := f.ticket != "" || f.reviewer != "" || f.customer != "" || f.unitTested || f.text != ""
	switch f.reason {
	case "":
		if given {
			return catalogue.Usagef("a compliance record needs --compliance-reason")
		}
	case papi.ComplianceNone:
		var absent []string
		if f.customer == "" {
			absent = append(absent, "--customer-email")
		}
		if f.reviewer == "" {
			absent = append(absent, "--peer-reviewed-by")
		}
		if !f.unitTested {
			absent = append(absent, "--unit-tested")
		}
		if len(absent) > 0 {
			return catalogue.Usagef("--compliance-reason NONE needs %s", strings.Join(absent, ", "))
		}
	case papi.ComplianceOther:
		if f.text == "" {
			return catalogue.Usagef("--compliance-reason OTHER needs --other-reason")
		}
	case papi.ComplianceNoProductionTraffic, papi.ComplianceEmergency:
	}
	return nil
}

// Record is what is sent; nil for nothing.
func (f *Compliance) Record() *papi.ComplianceRecord {
	if f.reason == "" {
		return nil
	}
	return &papi.ComplianceRecord{
		NoncomplianceReason: f.reason, OtherNoncomplianceReason: string(f.text), CustomerEmail: string(f.customer),
		PeerReviewedBy: string(f.reviewer), UnitTested: f.unitTested, TicketID: string(f.ticket),
	}
}
