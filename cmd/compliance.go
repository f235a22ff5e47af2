package cmd

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// complianceFlags are the compliance record that Akamai's staff and partners
// send with an activation on production. None is sent unless a reason is given.
type complianceFlags struct {
	reason                           papi.ComplianceReason
	ticket, reviewer, customer, text string
	unitTested                       bool
}

func (f *complianceFlags) declare(fs *pflag.FlagSet) {
	fs.Var(settings.OneOf[papi.ComplianceReason]{To: &f.reason, Allowed: []papi.ComplianceReason{
		papi.ComplianceNone, papi.ComplianceOther, papi.ComplianceNoProductionTraffic, papi.ComplianceEmergency,
	}}, "compliance-reason", "compliance record, for production: `NONE`, OTHER, NO_PRODUCTION_TRAFFIC or EMERGENCY")
	fs.StringVar(&f.ticket, "ticket", "", "compliance record: `id` of the ticket")
	fs.StringVar(&f.reviewer, "peer-reviewed-by", "", "compliance record: `address` of the reviewer")
	fs.StringVar(&f.customer, "customer-email", "", "compliance record: `address` of the customer")
	fs.BoolVar(&f.unitTested, "unit-tested", false, "compliance record: the version was tested")
	fs.StringVar(&f.text, "other-reason", "", "compliance record: `text` of the reason OTHER")
}

// check asks for what PAPI wants with the reason.
func (f *complianceFlags) check() error {
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

// record is what is sent; nil for nothing.
func (f *complianceFlags) record() *papi.ComplianceRecord {
	if f.reason == "" {
		return nil
	}
	return &papi.ComplianceRecord{
		NoncomplianceReason: f.reason, OtherNoncomplianceReason: f.text, CustomerEmail: f.customer,
		PeerReviewedBy: f.reviewer, UnitTested: f.unitTested, TicketID: f.ticket,
	}
}
