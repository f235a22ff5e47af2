package papi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

func isRedirect(status int) bool { return status >= 300 && status <= 399 }

// redirected returns the target of a redirected read: the same path, with the contract and group of the
// Location header or of the link in the body. It refuses a link to another path or host, or one without HTTPS.
func (c *Client) redirected(from target, answer Answer, body []byte) (target, error) {
	var links struct {
		Redirect   string `json:"redirectLink"`
		Activation string `json:"activationLink"`
		Version    string `json:"versionLink"`
	}
	_ = json.Unmarshal(body, &links) // a body that is not JSON has no links
	for _, link := range [...]string{links.Redirect, links.Activation, links.Version, answer.location} {
		if link == "" {
			continue
		}
		u, err := url.Parse(link)
		if err != nil || len(link) > maxLink {
			return target{}, errors.New("the redirect's link cannot be read")
		}
		if (u.Host != "" && !strings.EqualFold(u.Host, c.credentials.Host)) || (u.Scheme != "" && u.Scheme != "https") {
			return target{}, fmt.Errorf("redirected to another host, %s, which is not followed", u.Host)
		}
		if path, ok := cutVersion(u.EscapedPath()); !ok || !samePath(path, from.path) {
			return target{}, errors.New("redirected to something else, which is not followed")
		}
		to := target{path: from.path, query: url.Values{}}
		maps.Copy(to.query, from.query)
		for _, name := range [...]string{"contractId", "groupId"} {
			if value := u.Query().Get(name); value != "" {
				to.query.Set(name, value)
			}
		}
		return to, nil
	}
	return target{}, errors.New("redirected without saying where to")
}

// samePath compares two paths, ignoring the prefixes of ids.
func samePath(a, b string) bool {
	return slices.EqualFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) bool { return ID(a).Equal(ID(b)) })
}

// refusedRedirect returns the error for a redirect that is not followed.
func refusedRedirect(method string, t target, answer Answer, body []byte, cause error) *Error {
	e := newError(method, t, answer, body)
	e.cause = cause
	return e
}

// cutVersion removes a prefix such as "/papi/v0" from a path.
func cutVersion(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/papi/v")
	if !ok || strings.Contains(path, "..") {
		return "", false
	}
	version, rest, ok := strings.Cut(rest, "/")
	return "/" + rest, ok && version != "" && strings.Trim(version, "0123456789") == ""
}
