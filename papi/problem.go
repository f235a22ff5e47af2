package papi

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Problem is the common part of PAPI's error and warning documents: RFC 9457 with PAPI's own members.
type Problem struct {
	Type          string `json:"type,omitempty"`
	Title         string `json:"title,omitempty"`
	Detail        string `json:"detail,omitempty"`
	Instance      string `json:"instance,omitempty"` // identifies the problem to Akamai's support
	MessageID     string `json:"messageId,omitempty"`
	ErrorLocation string `json:"errorLocation,omitempty"`
	BehaviorName  string `json:"behaviorName,omitempty"`
}

// Summary returns the most specific text of p, in one line of at most 500 bytes.
func (p Problem) Summary() string {
	for _, s := range [...]string{p.Detail, p.Title, p.MessageID, p.Type} {
		if s = oneLine(s); s != "" {
			return s
		}
	}
	return ""
}

// oneLine joins the lines of a text and cuts it if it is too long for a message.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s[:min(len(s), 4*maxErrorText)]), " ")
	if len(s) <= maxErrorText {
		return strings.ToValidUTF8(s, "")
	}
	return strings.ToValidUTF8(s[:maxErrorText], "") + "…"
}

func pointers(lists ...[]Problem) []*Problem {
	var all []*Problem
	for _, list := range lists {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	return all
}

// excerpt returns the first readable part of a body that is plain text or HTML.
func excerpt(body []byte) string {
	text := withoutTags(body[:min(len(body), 64<<10)])
	text = bytes.Join(bytes.Fields(bytes.ToValidUTF8(text, []byte("?"))), []byte(" "))
	if len(text) <= maxErrorText {
		return string(text)
	}
	return strings.ToValidUTF8(string(text[:maxErrorText]), "") + "…"
}

// withoutTags replaces each tag by a blank and removes scripts and styles. It is a loop because a regular
// expression takes minutes for some inputs.
func withoutTags(text []byte) []byte {
	var b bytes.Buffer
	for {
		before, rest, found := bytes.Cut(text, []byte("<"))
		b.Write(before)
		if !found {
			return b.Bytes()
		}
		b.WriteByte(' ')
		text = afterTag(rest)
	}
}

// statedTime finds the time in sentences such as "Please try after 2024-01-16T15:20:55.945Z".
func statedTime(text string) time.Time {
	found := regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)`).FindString(text)
	if found == "" {
		return time.Time{}
	}
	return parseDate(found)
}

// statedSeconds finds the pause in sentences such as "try again in 30 seconds".
func statedSeconds(text string) time.Duration {
	found := regexp.MustCompile(`\b(\d{1,6}) seconds?\b`).FindStringSubmatch(text)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
