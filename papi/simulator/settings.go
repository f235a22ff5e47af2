package simulator

import "net/http"

// clientSettings are those of the API client: what goes for requests that do not say.
type clientSettings struct {
	RuleFormat  string `json:"ruleFormat"`
	UsePrefixes bool   `json:"usePrefixes"`
}

func (s *Simulator) showSettings(*call) *answer { return jsonAnswer(http.StatusOK, s.settings) }

func (s *Simulator) setSettings(c *call) *answer {
	var wanted struct {
		RuleFormat  string `json:"ruleFormat"`
		UsePrefixes *bool  `json:"usePrefixes"`
	}
	if a := c.decode(&wanted); a != nil {
		return a
	}
	if wanted.UsePrefixes == nil {
		return c.schemaInvalid("#/usePrefixes", "The member is required.")
	}
	if _, ok := resolveFormat(wanted.RuleFormat); !ok {
		return c.schemaInvalid("#/ruleFormat", "There is no such rule format. GET /rule-formats lists them.")
	}
	s.settings = clientSettings{wanted.RuleFormat, *wanted.UsePrefixes}
	return jsonAnswer(http.StatusOK, s.settings)
}
