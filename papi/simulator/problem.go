package simulator

import (
	"fmt"
	"net/http"
	"strings"
)

const problemBase = "https://problems.luna.akamaiapis.net/"

// Addresses in the gateway's problems, from the documentation ranges.
const (
	gatewayServer = "192.0.2.1"
	gatewayClient = "192.0.2.7"
)

// problem is PAPI's usual error body.
type problem struct {
	Type     string    `json:"type"`
	Title    string    `json:"title"`
	Detail   string    `json:"detail"`
	Instance string    `json:"instance,omitempty"`
	Status   int       `json:"status,omitempty"`
	Errors   []problem `json:"errors,omitempty"`
	Warnings []problem `json:"warnings,omitempty"`

	MessageID     string `json:"messageId,omitempty"`
	ErrorLocation string `json:"errorLocation,omitempty"`
}

// limitProblem is the body of a 429 about a resource limit, for which waiting does not help.
type limitProblem struct {
	problem

	LimitKey    string `json:"limitKey"`
	InstanceKey string `json:"instanceKey"`
	Limit       int    `json:"limit"`
	Remaining   int    `json:"remaining"`
}

// stateProblem is the body of a 422, which has no detail of its own.
type stateProblem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Instance  string         `json:"instance"`
	Status    int            `json:"status"`
	Errors    []problem      `json:"errors"`
	Details   map[string]any `json:"details"`
	MessageID string         `json:"messageId"`
	Params    []string       `json:"params"`
	Result    string         `json:"result"`
}

// gatewayBody is an error of the EdgeGrid gateway in front of PAPI.
type gatewayBody struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Status      int    `json:"status"`
	Detail      string `json:"detail"`
	Instance    string `json:"instance"`
	AuthzRealm  string `json:"authzRealm,omitempty"`
	Method      string `json:"method"`
	ServerIP    string `json:"serverIp"`
	ClientIP    string `json:"clientIp"`
	RequestID   string `json:"requestId"`
	RequestTime string `json:"requestTime"`
}

func (c *call) limitExceeded(key, title, detail string, limit int) *answer {
	return newAnswer(http.StatusTooManyRequests, typeProblem, marshal(limitProblem{
		problem: problem{
			Type: problemBase + "papi/v1/limit-exceeded", Title: title, Detail: detail,
			Instance: c.instance(), Status: http.StatusTooManyRequests,
		},
		LimitKey: key, InstanceKey: defaultContract, Limit: limit,
	}))
}

// instance identifies this occurrence of a problem. It omits the query, which may contain an account switch
// key.
func (c *call) instance() string {
	return fmt.Sprintf("%s#%016x", c.r.URL.Path, c.index+1)
}

func (c *call) problem(status int, kind, title, detail string) *answer {
	return c.problems(problem{Type: problemBase + "papi/v1/" + kind, Title: title, Detail: detail, Status: status})
}

func (c *call) problems(p problem) *answer {
	p.Instance = c.instance()
	return newAnswer(p.Status, typeProblem, marshal(p))
}

// unprocessable is a 422 whose type ends in kind.
func (c *call) unprocessable(kind, title, detail string, params ...string) *answer {
	id := messageID(kind)
	if params == nil {
		params = []string{}
	}
	return newAnswer(http.StatusUnprocessableEntity, typeProblem, marshal(stateProblem{
		Type: problemBase + "papi/v1/" + kind, Title: title, Instance: c.instance(),
		Status:  http.StatusUnprocessableEntity,
		Errors:  []problem{{Type: problemBase + "papi/v1/" + kind, Title: title, Detail: detail}},
		Details: map[string]any{}, MessageID: id, Params: params, Result: "ERROR",
	}))
}

func (c *call) gatewayProblem(status int, kind, title, detail string) *answer {
	return c.gateway(gatewayBody{Type: problemBase + "-/pep-authn/" + kind, Title: title, Status: status, Detail: detail})
}

func (c *call) gatewayAuthz(detail string) *answer {
	return c.gateway(gatewayBody{
		Type: problemBase + "-/pep-authz/deny", Title: "Forbidden",
		Status: http.StatusForbidden, Detail: detail, AuthzRealm: "simulator.realm",
	})
}

func (c *call) gateway(b gatewayBody) *answer {
	b.Instance = "https://" + c.host() + c.r.URL.Path
	b.Method = c.r.Method
	b.ServerIP, b.ClientIP = gatewayServer, gatewayClient
	b.RequestID = fmt.Sprintf("%x", c.index+1)
	b.RequestTime = date(c.told)
	return newAnswer(b.Status, typeProblem, marshal(b))
}

func (c *call) notFound(what string) *answer {
	return c.problem(http.StatusNotFound, "http/not-found", "Not Found", "The system was unable to locate "+what+".")
}

func (c *call) badRequest(detail string) *answer {
	return c.problem(http.StatusBadRequest, "http/bad-request", "Bad Request", detail)
}

// schemaInvalid is the answer to a body that does not match its schema.
func (c *call) schemaInvalid(location, detail string) *answer {
	return c.problems(problem{
		Type: problemBase + "papi/v1/json-schema-invalid", Title: "JSON Schema Invalid",
		Detail: "The request body does not fit its schema.", Status: http.StatusBadRequest,
		Errors: []problem{{
			Type: problemBase + "papi/v1/json-schema-invalid", Title: "Schema error",
			Detail: detail, ErrorLocation: location,
		}},
	})
}

// messageID derives the messageId of a 422 from the end of its type.
func messageID(kind string) string {
	return strings.NewReplacer("/", "_", "-", "_").Replace(kind)
}
