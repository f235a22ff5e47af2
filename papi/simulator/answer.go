package simulator

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

// call is one request on its way through the simulator.
type call struct {
	r     *http.Request
	body  []byte
	query url.Values
	now   time.Time // real clock, when the request arrived
	sim   time.Time // simulated clock, at the same instant
	told  time.Time // the client's clock, at the same instant
	route route
	bare  bool // ids in the answer have no prefixes
	clock clock
	lag   time.Duration // of lists
	index int           // of its line in the log; also makes instance ids unique
}

// answer is a response in preparation.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAnswer(status int, contentType string, body []byte) *answer {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return &answer{status: status, header: header, body: body}
}

// jsonAnswer marshals v, which must be one of the package's wire types.
func jsonAnswer(status int, v any) *answer {
	return newAnswer(status, typeJSON, marshal(v))
}

func marshal(v any) []byte {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("simulator: " + err.Error()) // the wire types always marshal
	}
	return bytes.TrimSpace(buf.Bytes())
}

// write sends the answer through net/http.
func (a *answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	if len(a.body) > 0 {
		_, _ = w.Write(a.body) // a client that has gone away is not the simulator's concern
	}
}

// response converts the answer to the result of an http.RoundTripper.
func (a *answer) response(r *http.Request) *http.Response {
	return &http.Response{
		Status:     strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode: a.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        a.header.Clone(),
		Body:          newBody(a.body),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}
}

// link is a relative URL as PAPI returns it: with API version 0, even to callers of version 1.
func (c *call) link(p *property, tail string) string {
	return "/papi/v0" + c.propertyPath(p, tail)
}

func (c *call) propertyPath(p *property, tail string) string {
	query := "contractId=" + c.id("ctr_", c.pair(p).Contract) + "&groupId=" + c.id("grp_", c.pair(p).Group)
	return "/" + p.collection() + "/" + c.id(p.prefix(), p.id) + tail + "?" + query
}

// id formats an id with or without its prefix, as the client wants it.
func (c *call) id(prefix, bare string) string {
	if c.bare || bare == "" {
		return bare
	}
	return prefix + bare
}

// idText is an id in a request body. Some clients send a number.
type idText string

// UnmarshalJSON implements json.Unmarshaler.
func (id *idText) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] >= '0' && text[0] <= '9' {
		*id = idText(text)
		return nil
	}
	return json.Unmarshal(text, (*string)(id))
}

// bare returns the id without its prefix.
func (id idText) bare(prefix string) string { return bareID(prefix, string(id)) }

// bareID removes the prefix from an id, if it has one.
func bareID(prefix, id string) string {
	if len(id) >= len(prefix) && strings.EqualFold(id[:len(prefix)], prefix) {
		return id[len(prefix):]
	}
	return id
}
