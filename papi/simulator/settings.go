package simulator

import "net/http"

// clientSettings are the API client's defaults for requests.
type clientSettings struct {
	RuleFormat  string `json:"ruleFormat"`
	UsePrefixes bool   `json:"usePrefixes"`
}

func (s *Simulator) showSettings(*call) *answer { return jsonAnswer(http.StatusOK, s.settings) }

// setSettings leaves members that are not sent unchanged: the Property Manager CLI sends one of the two.
func (s *Simulator) setSettings(c *call) *answer {
	wanted := s.settings
	if a := c.decode(&wanted); a != nil {
		return a
	}
	if _, ok := resolveFormat(wanted.RuleFormat); !ok {
		return c.schemaInvalid("#/ruleFormat", "There is no such rule format. GET /rule-formats lists them.")
	}
	s.settings = wanted
	return jsonAnswer(http.StatusOK, s.settings)
}
