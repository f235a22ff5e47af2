package simulator

import (
	"net/http"
	"strings"
	"time"
)

// customPiece is a behavior or an override that Akamai made for the account, in XML.
type customPiece struct{ id, name, title, text, xml string }

func customBehaviors() []customPiece {
	return []customPiece{{
		"10001", "Sample behavior", "Sample behavior", "Sets a header.",
		"<match:request.type result=\"true\" value=\"CLIENT_REQ\"><edgeservices:modify-outgoing-response.add-header/></match:request.type>",
	}}
}

func customOverrides() []customPiece {
	return []customPiece{{
		"20001", "Sample override", "Sample override", "Changes nothing.", "<match:hd.domain value=\"www.example.com\"/>",
	}}
}

// wireCustom has the id under both names that clients read.
func (c *call) wireCustom(p customPiece, member, prefix string, whole bool, at time.Time) map[string]string {
	w := map[string]string{
		member: c.id(prefix, p.id), "name": p.name, "displayName": p.title, "description": p.text,
		"status": "ACTIVE", "updatedByUser": "sample.user", "updatedDate": c.stamp(at),
	}
	if whole {
		w["xml"] = p.xml
	}
	return w
}

// custom serves a list of pieces, or the one that the path names.
func custom(list, member, prefix, parameter string, pieces []customPiece) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		found := []map[string]string{}
		asked, one := c.route.params[parameter]
		for _, p := range pieces {
			if !one || p.id == asked {
				found = append(found, c.wireCustom(p, member, prefix, one, s.clock.start.Add(-30*day)))
			}
		}
		if one && len(found) == 0 {
			return c.notFound(parameter + " " + asked)
		}
		return jsonAnswer(http.StatusOK, map[string]any{"accountId": c.id("act_", accountID), list: items[map[string]string]{found}})
	}
}

type wireChallenge struct {
	CnameFrom       string          `json:"cnameFrom"`
	ValidationCname validationCname `json:"validationCname"`
}

// certificateChallenges shows how to prove ownership of a domain before a default certificate is issued.
func (s *Simulator) certificateChallenges(c *call) *answer {
	var body struct {
		CnamesFrom []string `json:"cnamesFrom"`
	}
	if a := c.decode(&body); a != nil {
		return a
	}
	if len(body.CnamesFrom) == 0 {
		return c.schemaInvalid("#/cnamesFrom", "At least one hostname is required.")
	}
	list := items[wireChallenge]{}
	for _, name := range body.CnamesFrom {
		list.Items = append(list.Items, wireChallenge{name, newCertStatus(strings.ToLower(name)).ValidationCname})
	}
	return jsonAnswer(http.StatusOK, map[string]any{"accountId": c.id("act_", accountID), "hostnames": list})
}

// domainChallenges shows how to prove ownership of domains. The official Go SDK uses the endpoint; PAPI's
// documentation does not mention it.
func (s *Simulator) domainChallenges(c *call) *answer {
	var body struct {
		Hostnames []string `json:"hostnames"`
	}
	if a := c.decode(&body); a != nil {
		return a
	}
	if len(body.Hostnames) == 0 {
		return c.schemaInvalid("#/hostnames", "At least one hostname is required.")
	}
	list := []map[string]any{}
	for _, name := range body.Hostnames {
		list = append(list, map[string]any{
			"hostname": name, "domainValidationStatus": "REQUEST_ACCEPTED", "validationScope": "HOST",
			"challengeTokenExpiryDate": c.stamp(c.sim.Add(day)),
			"validationCname":          validationCname{Hostname: "_akamai-host-challenge." + name, Target: "ac.simulated." + name + ".validate.example.net"},
			"validationTxt":            map[string]string{"hostname": "_akamai-host-challenge." + name, "challengeToken": "simulated-token"},
		})
	}
	return jsonAnswer(http.StatusOK, map[string]any{"accountId": c.id("act_", accountID), "hostnames": list})
}
