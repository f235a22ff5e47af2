package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPage is how many items a page has unless the request says.
const defaultPage = 50

// page cuts out the items that the request's offset and limit ask for, with links to
// the pages around them. tail is the path below the property.
func page[T any](c *call, p *property, tail string, all []T) (paged[T], *answer) {
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
		return c.link(p, tail) + "&" + query.Encode()
	}
	if to < len(all) {
		cut.NextLink = link(to)
	}
	if from > 0 {
		cut.PreviousLink = link(max(0, from-limit))
	}
	return cut, nil
}

// listServed lists the hostnames that are active on a network, or on either.
func (s *Simulator) listServed(c *call, p *property) *answer {
	network := Network(c.query.Get("network"))
	if network != "" && network != Staging && network != Production {
		return c.badRequest("The network parameter must be STAGING or PRODUCTION.")
	}
	order := c.query.Get("sort")
	if order == "" {
		order = "hostname:a"
	}
	if order != "hostname:a" && order != "hostname:d" {
		return c.badRequest("The sort parameter must be hostname:a or hostname:d.")
	}
	rows := slices.DeleteFunc(s.servedRows(c, p, network), func(row wireServing) bool {
		name, to := c.query.Get("hostname"), c.query.Get("cnameTo")
		return name != "" && !strings.EqualFold(name, row.CnameFrom) ||
			to != "" && !strings.EqualFold(to, row.StagingCnameTo) && !strings.EqualFold(to, row.ProductionCnameTo)
	})
	slices.SortFunc(rows, func(a, b wireServing) int { return strings.Compare(a.CnameFrom, b.CnameFrom) })
	if order == "hostname:d" {
		slices.Reverse(rows)
	}
	cut, a := page(c, p, "/hostnames", rows)
	if a != nil {
		return a
	}
	return jsonAnswer(http.StatusOK, servedList{
		owner: c.owner(p), PropertyID: c.id("prp_", p.id), Hostnames: cut,
		CurrentSort: order, DefaultSort: "hostname:a", AvailableSort: []string{"hostname:a", "hostname:d"},
	})
}

// servedRows has one row for each hostname. An empty network means both.
func (s *Simulator) servedRows(c *call, p *property, network Network) []wireServing {
	rows := []wireServing{}
	for _, on := range []Network{Staging, Production} {
		if network != "" && network != on {
			continue
		}
		for _, h := range p.serving(on) {
			i := slices.IndexFunc(rows, func(row wireServing) bool { return strings.EqualFold(row.CnameFrom, h.Name) })
			if i < 0 {
				i = len(rows)
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
