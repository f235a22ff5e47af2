package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPage is the default number of items on a page.
const defaultPage = 50

// page returns the items that the request's offset and limit select, with links to the neighbouring pages. self
// is a link to the first page that ends in ? or &.
func page[T any](c *call, self string, all []T) (paged[T], *answer) {
	offset, ok := c.number("offset", 0, 0)
	if !ok {
		return paged[T]{}, c.badRequest("The offset must be a number of at least 0.")
	}
	limit, ok := c.number("limit", 1, defaultPage)
	if !ok {
		return paged[T]{}, c.badRequest("The limit must be a number of at least 1.")
	}
	from := min(offset, len(all))
	to := from + min(limit, len(all)-from)
	cut := paged[T]{TotalItems: len(all), CurrentItemCount: to - from, Items: append([]T{}, all[from:to]...)}
	link := func(offset int) string {
		query := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(limit)}}
		return self + query.Encode()
	}
	if to < len(all) {
		cut.NextLink = link(to)
	}
	if from > 0 {
		cut.PreviousLink = link(max(0, from-limit))
	}
	return cut, nil
}

// listServed lists the hostnames that are active on a network, or on any.
func (s *Simulator) listServed(c *call, p *property) *answer {
	q, a := c.hostnameQuery()
	if a != nil {
		return a
	}
	rows := slices.DeleteFunc(s.servedRows(c, p, q.network), func(row wireServing) bool { return !q.fits(row) })
	slices.SortFunc(rows, func(a, b wireServing) int { return q.compare(a.CnameFrom, b.CnameFrom) })
	cut, a := page(c, c.link(p, "/hostnames")+"&", rows)
	if a != nil {
		return a
	}
	return jsonAnswer(http.StatusOK, servedList{
		owner: c.owner(p), PropertyID: c.id("prp_", p.id), sorting: q.sorting(), Hostnames: cut,
	})
}

// hostnameQuery is the selection and the order of hostnames that a request asks for.
type hostnameQuery struct {
	network         Network
	order, name, to string
}

const ascending, descending = "hostname:a", "hostname:d"

func (c *call) hostnameQuery() (hostnameQuery, *answer) {
	q := hostnameQuery{
		network: Network(c.query.Get("network")), order: cmp.Or(c.query.Get("sort"), ascending),
		name: c.query.Get("hostname"), to: c.query.Get("cnameTo"),
	}
	switch {
	case q.network != "" && q.network != Staging && q.network != Production:
		return q, c.badRequest("The network parameter must be STAGING or PRODUCTION.")
	case q.order != ascending && q.order != descending:
		return q, c.badRequest("The sort parameter must be hostname:a or hostname:d.")
	}
	return q, nil
}

func (q hostnameQuery) fits(row wireServing) bool {
	return (q.name == "" || strings.EqualFold(q.name, row.CnameFrom)) &&
		(q.to == "" || strings.EqualFold(q.to, row.StagingCnameTo) || strings.EqualFold(q.to, row.ProductionCnameTo))
}

func (q hostnameQuery) compare(a, b string) int {
	if q.order == descending {
		a, b = b, a
	}
	return strings.Compare(a, b)
}

func (q hostnameQuery) sorting() sorting {
	return sorting{q.order, ascending, []string{ascending, descending}}
}

// servedRows has one row per hostname. An empty network means both.
func (s *Simulator) servedRows(c *call, p *property, network Network) []wireServing {
	rows := []wireServing{}
	known := map[string]int{} // the row of a hostname
	for _, on := range []Network{Staging, Production} {
		if network != "" && network != on {
			continue
		}
		for _, h := range p.serving(on) {
			i, ok := known[strings.ToLower(h.Name)]
			if !ok {
				i = len(rows)
				known[strings.ToLower(h.Name)] = i
				rows = append(rows, wireServing{CnameFrom: h.Name, CnameType: edgeHostnameType})
			}
			w := s.wireHostname(c, h, c.query.Get("includeCertStatus") == "true")
			rows[i].CertStatus = w.CertStatus
			if on == Staging {
				rows[i].StagingEdgeHostnameID, rows[i].StagingCertType, rows[i].StagingCnameTo = w.EdgeHostnameID, w.CertProvisioningType, w.CnameTo
			} else {
				rows[i].ProductionEdgeHostnameID, rows[i].ProductionCertType, rows[i].ProductionCnameTo = w.EdgeHostnameID, w.CertProvisioningType, w.CnameTo
			}
		}
	}
	return rows
}
