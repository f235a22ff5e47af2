package page

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
)

// All HTML is written by this file. A page consists of nodes, which only these functions create: they close
// every element and clean and escape every text. What is not text has the type markup: constants convert to it
// implicitly, other strings only explicitly, which no other file does. The result is well-formed XML as well,
// so that all parsers agree on it.

// markup is HTML written by the authors of this program.
type markup string

// node is a fragment of a page.
type node struct{ html string }

// attribute is an attribute of an element. Its value is text.
type attribute struct {
	name  markup
	value string
}

// el is an element with a class; an empty class is left out.
func el(name, class markup, children ...node) node {
	if class == "" {
		return elWith(name, nil, children...)
	}
	return elWith(name, []attribute{{"class", string(class)}}, children...)
}

// elWith is an element with attributes.
func elWith(name markup, attributes []attribute, children ...node) node {
	var b strings.Builder
	b.WriteString("<" + string(name))
	for _, a := range attributes {
		b.WriteString(" " + string(a.name) + `="` + escapeHTML(term.Clean(a.value, term.MaxMessage)) + `"`)
	}
	b.WriteString(">" + several(children...).html + "</" + string(name) + ">")
	return node{b.String()}
}

// written is a text node.
func written(text string) node { return upTo(term.MaxMessage, text) }

// upTo is a text node of at most so many runes.
func upTo(most int, text string) node { return node{escapeHTML(term.Clean(text, most))} }

// fixed is a constant fragment.
func fixed(m markup) node { return node{string(m)} }

// several concatenates nodes.
func several(nodes ...node) node {
	size := 0
	for _, n := range nodes {
		size += len(n.html)
	}
	var b strings.Builder
	b.Grow(size)
	for _, n := range nodes {
		b.WriteString(n.html)
	}
	return node{b.String()}
}

// isEmpty reports whether there is nothing to see.
func (n node) isEmpty() bool { return n.html == "" }

// within returns the leading nodes that together have at most so many bytes, and how many were left out.
func within(most int, nodes []node) (kept []node, left int) {
	for i, n := range nodes {
		if most -= len(n.html); most < 0 {
			return nodes[:i], len(nodes) - i
		}
	}
	return nodes, 0
}

// escapeHTML escapes a text for use between tags and in quoted attributes.
func escapeHTML(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&#34;")
		case '\'':
			b.WriteString("&#39;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// htmlPage is a complete page.
func htmlPage(title string, style markup, body ...node) []byte {
	head := el("head", "",
		fixed(`<meta charset="utf-8"/>`),
		fixed(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>`),
		fixed(`<meta name="viewport" content="width=device-width, initial-scale=1"/>`),
		fixed(`<meta name="color-scheme" content="light dark"/>`),
		fixed(`<meta name="referrer" content="no-referrer"/>`),
		el("title", "", upTo(term.MaxName, title)),
		el("style", "", fixed(style)),
	)
	page := elWith("html", []attribute{{"lang", "en"}}, head, el("body", "", body...))
	return []byte("<!DOCTYPE html>\n" + page.html + "\n")
}
