package papi

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Error is a request that failed: PAPI's answer, or why there was none. errors.Is compares it with a [Class];
// errors.Unwrap returns the cause if there was no answer.
type Error struct {
	Class  Class
	Method string
	Path   string // with the query; never with the account switch key
	// StatusCode is 0 where there was no answer.
	StatusCode int
	Problem
	// Errors and Warnings hold the first MiB of each list. ErrorsLeftOut and WarningsLeftOut count the members
	// after that, but not those after the first 50,000, or after 8 MiB of the answer.
	Errors, Warnings               []Problem
	ErrorsLeftOut, WarningsLeftOut int
	// LimitKey names the resource limit that was reached; Limit and Remaining are its figures, if PAPI sent
	// them.
	LimitKey         string
	Limit, Remaining *int
	// Body is the beginning of an answer that is not a problem document.
	Body string
	// Answer has the limits, PAPI's clock and Retry-After.
	Answer Answer

	// GaveUp is why a read that could have been retried was not; otherwise nil.
	GaveUp error

	cause        error
	notBefore    time.Time // by PAPI's clock
	leftOutTypes []string  // distinct types of the errors that are left out
}

// Error names the request and PAPI's answer, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	if e.StatusCode == 0 {
		if e.cause == nil {
			return string(e.Class)
		}
		b.WriteString(e.cause.Error())
		return b.String() + e.gaveUp()
	}
	fmt.Fprintf(&b, "%d", e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if text := e.Summary(); text != "" {
		b.WriteString(": " + text)
	} else if e.Body != "" {
		b.WriteString(": " + e.Body)
	}
	if len(e.Errors) > 0 {
		fmt.Fprintf(&b, " (%s", e.Errors[0].Summary())
		if n := len(e.Errors) - 1 + e.ErrorsLeftOut; n > 0 {
			fmt.Fprintf(&b, ", and %d more", n)
		}
		b.WriteString(")")
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String() + e.gaveUp()
}

func (e *Error) gaveUp() string {
	if e.GaveUp == nil {
		return ""
	}
	return "; " + e.GaveUp.Error()
}

// Uncertain reports whether PAPI may have accepted a submission that failed with this error: there was no
// answer, or one that is not a clear refusal.
func (e *Error) Uncertain() bool {
	return e.StatusCode >= http.StatusInternalServerError || e.Class.Uncertain()
}

// scrub removes the credentials from PAPI's text.
func (e *Error) scrub(c Credentials) {
	secrets := c.secrets()
	for _, text := range e.texts() {
		*text = scrub(*text, secrets)
	}
}

// texts returns pointers to all text that came from PAPI.
func (e *Error) texts() []*string {
	all := []*string{&e.Body, &e.LimitKey}
	for _, p := range append([]*Problem{&e.Problem}, pointers(e.Errors, e.Warnings)...) {
		all = append(all, &p.Type, &p.Title, &p.Detail, &p.Instance, &p.MessageID, &p.ErrorLocation, &p.BehaviorName)
	}
	return all
}

// Is reports whether target is the class of e.
func (e *Error) Is(target error) bool {
	class, ok := target.(Class)
	return ok && class == e.Class
}

// Unwrap returns why there was no answer, or why it could not be read.
func (e *Error) Unwrap() error { return e.cause }

// Wait returns how long PAPI asks to wait before the next request of this kind, counted from now; 0 if it did
// not say. It is the latest of Retry-After, X-RateLimit-Next and a time in the text, each relative to PAPI's
// own clock.
func (e *Error) Wait() time.Duration {
	clock := e.Answer.Date
	if clock.IsZero() {
		clock = time.Now()
	}
	if suspended, ok := errors.AsType[*suspendedError](e.cause); ok {
		return max(suspended.clock.until(suspended.until), 0)
	}
	wait := statedSeconds(e.Detail)
	if !e.pauses() {
		wait = 0
	}
	switch {
	case e.StatusCode == http.StatusTooManyRequests, e.StatusCode == http.StatusServiceUnavailable && e.Answer.RetryAfter <= maxOutage:
		wait = max(wait, e.Answer.RetryAfter)
	}
	if e.pauses() && !e.notBefore.IsZero() {
		wait = max(wait, e.notBefore.Sub(clock))
	}
	if q := e.Answer.Limits.Requests; q != nil && !q.Reset.IsZero() && e.Class == ClassRateLimited {
		wait = max(wait, q.Reset.Sub(clock))
	}
	return max(wait, 0)
}

// namesTime reports whether PAPI is up and has said when to try again.
func (e *Error) namesTime() bool {
	told := e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable || e.Class == ClassRateLimited
	return told && e.Wait() > 0
}

// maxOutage bounds the Retry-After of a 503: nobody can predict an outage further ahead.
const maxOutage = time.Hour

// pauses reports whether a time in the text says when to try again.
func (e *Error) pauses() bool {
	return e.Class == ClassRateLimited || e.Class == ClassBudgetExhausted || e.Class == ClassCacheWipe
}

const (
	maxErrorText = 500
	maxMember    = 8 << 10 // bytes of one text member of a problem document
)

// newError returns the Error for an unsuccessful answer.
func newError(method string, t target, answer Answer, body []byte) *Error {
	e := &Error{Method: method, Path: t.String(), StatusCode: answer.StatusCode, Answer: answer}
	e.read(body)
	for _, text := range e.texts() {
		*text = strings.ToValidUTF8((*text)[:min(len(*text), maxMember)], "")
	}
	if e.Summary() == "" {
		e.Body = excerpt(body)
	}
	e.notBefore = statedTime(e.Detail + " " + e.Body)
	e.Class = classify(e)
	if e.Class == ClassInvalid && e.Type == "" && len(e.Errors) > 0 && len(body) >= maxErrorBody {
		e.Class = ClassRejected // its type follows a list that is too long to read
	}
	return e
}

// afterTag returns what follows a tag; text begins after its <.
func afterTag(text []byte) []byte {
	for _, name := range [...]string{"script", "style"} {
		if bytes.HasPrefix(text, []byte(name)) {
			_, rest, _ := bytes.Cut(text, []byte("</"+name+">"))
			return rest
		}
	}
	if _, rest, found := bytes.Cut(text, []byte(">")); found {
		return rest
	}
	return text
}

// malformed returns the error for an answer whose body is not what PAPI documents.
func malformed(method string, t target, answer Answer, cause error) *Error {
	return &Error{
		Class: ClassMalformed, Method: method, Path: t.String(), StatusCode: answer.StatusCode, Answer: answer,
		cause: fmt.Errorf("answer cannot be read: %w", cause),
	}
}

// missing returns the error for a 200 that lacks what was asked for.
func missing(t target, answer Answer, what string) *Error {
	return &Error{
		Class: ClassNotFound, Method: http.MethodGet, Path: t.String(), StatusCode: answer.StatusCode, Answer: answer,
		cause: fmt.Errorf("the answer has no %s", what),
	}
}

// unanswered returns the error for a request without an answer.
func unanswered(method string, t target, cause error) *Error {
	return &Error{Class: classOfCause(cause), Method: method, Path: t.String(), cause: cause}
}

func classOfCause(cause error) Class {
	var timeout interface{ Timeout() bool }
	var suspended *suspendedError
	var dns *net.DNSError
	switch {
	case errors.As(cause, &suspended), errors.Is(cause, errTooLate):
		return ClassSuspended
	case errors.Is(cause, errNoTime):
		return ClassRateLimited
	case errors.Is(cause, errNoID):
		return ClassInvalid
	case errors.Is(cause, errTooLarge):
		return ClassMalformed
	case isCertificateError(cause):
		return ClassTLS
	case isProxyError(cause):
		return ClassProxy
	case errors.As(cause, &dns):
		return ClassDNS
	case errors.As(cause, &timeout) && timeout.Timeout():
		return ClassTimeout
	}
	return ClassNoAnswer
}
