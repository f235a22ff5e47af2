package simulator

import (
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// listProperties lists the properties of a contract and a group, or those modified within a given time.
func (s *Simulator) listProperties(c *call) *answer {
	list := propertyList{items[wireProperty]{[]wireProperty{}}}
	refused := c.eachListed(s.properties.all, false, func(p *property) {
		list.Properties.Items = append(list.Properties.Items, c.wireProperty(p))
	})
	if refused != nil {
		return refused
	}
	return jsonAnswer(http.StatusOK, list)
}

// listIncludes accepts a contract without a group, which the official Go SDK sends.
func (s *Simulator) listIncludes(c *call) *answer {
	list := includeList{items[wireInclude]{[]wireInclude{}}}
	refused := c.eachListed(s.includes.all, true, func(p *property) {
		list.Includes.Items = append(list.Includes.Items, c.wireInclude(p))
	})
	if refused != nil {
		return refused
	}
	return jsonAnswer(http.StatusOK, list)
}

// eachListed calls add for each item that the request selects. It requires a contract and a group, or a time;
// byContract also allows a contract alone.
func (c *call) eachListed(all []*property, byContract bool, add func(*property)) *answer {
	contract, group := c.asked()
	since, timed := time.Time{}, c.query.Has("modifiedSince")
	if timed {
		within, ok := isoDuration(c.query.Get("modifiedSince"))
		if !ok {
			return c.badRequest("modifiedSince must be a duration such as P1DT12H.")
		}
		since = c.clock.told(c.sim).Add(-within)
	}
	if !timed && (contract == "" || group == "" && !byContract) {
		return c.badRequest("contractId and groupId are required.")
	}
	for _, p := range all {
		owned := false
		for _, pair := range p.pairs {
			owned = owned || (contract == "" || pair.Contract == contract) && (group == "" || pair.Group == group)
		}
		if latest := p.latest(); owned && (latest == nil || !c.clock.told(latest.Updated).Before(since)) {
			p.advance(c.sim)
			add(c.late(p))
		}
	}
	return nil
}

// isoDuration parses days, hours, minutes and seconds of an ISO 8601 duration.
func isoDuration(text string) (d time.Duration, ok bool) {
	parts := regexp.MustCompile(`^P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$`).FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	for i, unit := range []time.Duration{day, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(parts[i+1]) // an absent part is 0
		d += time.Duration(n) * unit
	}
	return d, true
}
