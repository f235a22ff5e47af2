package cmd

// account returns who PAPI was asked as; nil where it was not asked.
func (p *program) account() *accountView {
	if p.session == nil || p.meter.view().Total == 0 {
		return nil
	}
	c := p.session.credentials
	v := &accountView{
		ID: optional(p.session.client.AccountID()), Host: c.Host, Section: optional(c.Section), Source: c.Source,
	}
	if c.AccountKey != "" {
		v.SwitchKey = new(masked(c.AccountKey))
	}
	return v
}
