package cmd

import (
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
)

// account returns who PAPI was asked as; nil where it was not asked.
func (p *program) account() *result.Account {
	if p.session == nil || p.meter.view().Total == 0 {
		return nil
	}
	return p.session.used()
}

// used is the account that a session has used.
func (s *session) used() *result.Account {
	c := s.credentials
	v := &result.Account{
		ID: result.Optional(s.client.AccountID()), Host: c.Host, Section: result.Optional(c.Section), Source: c.Source,
	}
	if c.AccountKey != "" {
		v.SwitchKey = new(settings.Mask(c.AccountKey))
	}
	return v
}
