package simulator

import (
	"bytes"
	"net/http"
	"time"
)

// Request is a line of the Simulator's log.
type Request struct {
	Time      time.Time // real clock
	Operation Operation // empty: an unknown path or method
	Method    string
	Path      string
	Query     string      // as sent
	Header    http.Header // without Authorization
	Body      []byte
	Status    int    // 0: no answer, because the connection was cut or the client has gone
	Fault     string // the fault that the request met, in ParseFault's form; empty for none
}

func newRequest(c *call) Request {
	header := c.r.Header.Clone()
	header.Del("Authorization")
	return Request{
		Time: c.now, Operation: c.route.operation, Method: c.r.Method,
		Path: c.r.URL.Path, Query: c.r.URL.RawQuery, Header: header, Body: bytes.Clone(c.body),
	}
}

// Requests returns all requests so far, in order, including those that were refused or whose connection was
// cut.
func (s *Simulator) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Request, len(s.log))
	copy(all, s.log)
	return all
}

// Count returns how many requests of an operation were received; OpAny counts all.
func (s *Simulator) Count(operation Operation) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, r := range s.log {
		if operation == OpAny || r.Operation == operation {
			count++
		}
	}
	return count
}
