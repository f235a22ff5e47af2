package papi

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This is a parser of its own because INI libraries give a section values that are not written in it: those of
// a section with a shorter name, those under a second header of the same name, interpolated %(name)s, lines
// joined by a backslash. None of them reports the line of a key either. The parser accepts what Akamai's Python
// library accepts. Where that would send something that cannot be a credential, it recovers the intended value
// or says what is wrong.

// Edgerc is a parsed .edgerc file. It is kept because a pipe cannot be read twice.
type Edgerc struct {
	path     string
	sections []edgercSection
	shared   bool // readable by others
}

// edgercSection is the content between one section header and the next.
type edgercSection struct {
	name    string
	line    int // of the header
	values  map[string]edgercValue
	unknown []int // lines with unknown keys
}

type edgercValue struct {
	text string
	line int
}

// ErrNoSection reports that a credentials file lacks the section.
var ErrNoSection = errors.New("no section")

const maxEdgerc = 1 // MiB

// ReadEdgerc reads an .edgerc file of at most 1 MiB, which may be a pipe. A line that is neither a section
// header, a key with a value nor a comment is an error, and so is a duplicate section or key. Errors name the
// file and the line, never a value.
func ReadEdgerc(path string) (*Edgerc, error) {
	text, info, err := readText(path, maxEdgerc)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("credentials file %s: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("credentials file %s cannot be read: %w", path, err)
	}
	e := &Edgerc{path: path, shared: info.Mode().IsRegular() && isReadableByOthers(info)}
	if err := e.parse(text); err != nil {
		return nil, fmt.Errorf("credentials file %s: %w", path, err)
	}
	return e, nil
}

// ReadableByOthers reports whether users other than the owner can read the file, as far as the system tells.
func (e *Edgerc) ReadableByOthers() bool { return e.shared }

// Sections returns the names of the sections, in the order of the file.
func (e *Edgerc) Sections() []string {
	var names []string
	for _, s := range e.sections {
		names = append(names, s.name)
	}
	return names
}

func (e *Edgerc) section(name string) (edgercSection, bool) {
	for _, s := range e.sections {
		if s.name == name {
			return s, true
		}
	}
	return edgercSection{}, false
}

// Credentials returns the values of one section only: nothing is inherited from [DEFAULT] or from a section
// with a shorter name. The warnings name what other programs would inherit.
func (e *Edgerc) Credentials(section string) (c Credentials, warnings []string, err error) {
	s, found := e.section(section)
	if !found {
		return Credentials{}, nil, fmt.Errorf("%s has %w %q; it has %s", e.path, ErrNoSection, section, quoted(e.Sections()))
	}
	source := fmt.Sprintf("section %q of %s", section, e.path)
	c = Credentials{
		Host: s.values[keyHost].text, ClientToken: s.values[keyClientToken].text, ClientSecret: s.values[keyClientSecret].text,
		AccessToken: s.values[keyAccessToken].text, AccountKey: s.values[keyAccountKey].text, Source: source, Section: section,
	}
	if c.MaxBody, err = parseMaxBody(s.values[keyMaxBody].text); err != nil {
		return Credentials{}, nil, fmt.Errorf("%s, %s: %w", source, s.place(keyMaxBody), err)
	}
	if c.HeadersToSign, err = parseHeaders(s.values[keyHeadersToSign].text); err != nil {
		return Credentials{}, nil, fmt.Errorf("%s, %s: %w", source, s.place(keyHeadersToSign), err)
	}
	c, err = c.checkedAt(s.place)
	if missing, ok := errors.AsType[*missingError](err); ok {
		missing.hint = e.hint(s)
	}
	return c, e.notInherited(s), err
}

// place says where the value of a key stands, for messages.
func (s edgercSection) place(key string) string {
	if v, ok := s.values[key]; ok {
		return fmt.Sprintf("line %d: %s", v.line, key)
	}
	return key
}

// hint suggests where the keys that a section lacks may be.
func (e *Edgerc) hint(s edgercSection) string {
	if len(s.unknown) > 0 {
		return fmt.Sprintf("; the key in line %d is not known", s.unknown[0])
	}
	if len(e.notInherited(s)) > 0 {
		return "; a section has only what stands in it, and nothing of [DEFAULT]"
	}
	if parent, _, dotted := strings.Cut(s.name, "."); dotted {
		if _, found := e.section(parent); found {
			return fmt.Sprintf("; a section has only what stands in it, and nothing of [%s]", parent)
		}
	}
	return ""
}

// notInherited warns about keys that Akamai's Python tools would inherit from [DEFAULT].
func (e *Edgerc) notInherited(s edgercSection) []string {
	general, found := e.section("DEFAULT")
	if !found || s.name == general.name {
		return nil
	}
	for _, key := range [...]string{keyHost, keyClientToken, keyClientSecret, keyAccessToken, keyAccountKey} {
		v, there := general.values[key]
		if _, own := s.values[key]; there && !own {
			return []string{fmt.Sprintf("%s, line %d: %s of [DEFAULT] is not part of section %q; write it there where it is meant", e.path, v.line, key, s.name)}
		}
	}
	return nil
}

// parse reads the lines of an .edgerc file.
func (e *Edgerc) parse(text string) error {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	number, lastIndent := 0, -1 // indent of the last key; -1 if there is none to continue
	for line := range strings.SplitSeq(text, "\n") {
		number++
		content := strings.TrimSpace(line)
		switch {
		case content == "" || isComment(content):
			continue
		case !utf8.ValidString(content):
			return fmt.Errorf("line %d has bytes that are not UTF-8", number)
		case content[0] == '[':
			if err := e.addSection(content, number); err != nil {
				return err
			}
			lastIndent = -1
			continue
		}
		indent := len(line) - len(strings.TrimLeftFunc(line, unicode.IsSpace))
		known, err := e.addValue(content, number)
		switch {
		case err != nil:
			return err
		case !known && lastIndent >= 0 && indent > lastIndent:
			return fmt.Errorf("line %d is indented, as if the value above it went on; write each value on one line", number)
		}
		lastIndent = indent
	}
	return nil
}

func isComment(s string) bool { return s[0] == '#' || s[0] == ';' }

// addSection reads a header: a name in brackets, perhaps followed by a comment.
func (e *Edgerc) addSection(header string, line int) error {
	name, rest, closed := strings.Cut(header[1:], "]")
	name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)
	switch {
	case !closed:
		return fmt.Errorf("line %d: the name of the section has no ] behind it", line)
	case name == "":
		return fmt.Errorf("line %d: the section has no name", line)
	case rest != "" && !isComment(rest):
		return fmt.Errorf("line %d has something behind the name of the section; write each key on a line of its own", line)
	}
	if what := unprintable(name); what != "" {
		return fmt.Errorf("line %d: the name of the section has %s in it", line, what)
	}
	if other, found := e.section(name); found {
		return fmt.Errorf("section %q stands in line %d and again in line %d; remove or rename one", name, other.line, line)
	}
	e.sections = append(e.sections, edgercSection{name: name, line: line, values: map[string]edgercValue{}})
	return nil
}

// addValue reads a key and its value, and reports whether the key is known.
func (e *Edgerc) addValue(content string, line int) (known bool, err error) {
	i := strings.IndexAny(content, "=:")
	switch {
	case i < 0:
		return false, fmt.Errorf(`line %d is neither a section nor "key = value"`, line)
	case len(e.sections) == 0:
		return false, fmt.Errorf("line %d stands before the first section, such as [default]", line)
	}
	key, value := strings.TrimSpace(content[:i]), withoutComment(content[i+1:])
	if key == "" {
		return false, fmt.Errorf("line %d has no key before the %q", line, content[i:i+1])
	}
	if what := unprintable(key); what != "" {
		return false, fmt.Errorf("line %d: the key has %s in it", line, what)
	}
	key = strings.ReplaceAll(asciiLower(key), "-", "_")
	section := &e.sections[len(e.sections)-1]
	if !isEdgercKey(key) {
		section.unknown = append(section.unknown, line)
		return false, nil
	}
	if other, found := section.values[key]; found {
		return true, fmt.Errorf("%s stands in line %d and again in line %d; remove one", key, other.line, line)
	}
	section.values[key] = edgercValue{trimValue(value), line}
	return true, nil
}

func isEdgercKey(key string) bool {
	switch key {
	case keyHost, keyClientToken, keyClientSecret, keyAccessToken, keyAccountKey, keyMaxBody, keyHeadersToSign:
		return true
	}
	return false
}

// withoutComment cuts a comment that begins with a blank and # or ;. No value contains a blank.
func withoutComment(value string) string {
	for i := 1; i < len(value); i++ {
		if blank := value[i-1] == ' ' || value[i-1] == '\t'; blank && isComment(value[i:]) {
			return value[:i]
		}
	}
	return value
}

// parseMaxBody reads max_body; 0 if it is empty.
func parseMaxBody(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, errors.New("it is not a number")
	}
	return n, nil
}

// parseHeaders reads headers_to_sign, a comma-separated list of header names.
func parseHeaders(s string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }) {
			return nil, errors.New("it is not a list of names of headers")
		}
		names = append(names, http.CanonicalHeaderKey(name))
	}
	return names, nil
}

func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	var all []string
	for _, name := range names {
		all = append(all, strconv.Quote(name))
	}
	return strings.Join(all, ", ")
}

// CredentialsFromFile reads one section of an .edgerc file: [ReadEdgerc] and [Edgerc.Credentials] in one call.
func CredentialsFromFile(path, section string) (c Credentials, warnings []string, err error) {
	e, err := ReadEdgerc(path)
	if err != nil {
		return Credentials{}, nil, err
	}
	c, warnings, err = e.Credentials(section)
	if e.shared {
		warnings = append(warnings, fmt.Sprintf("%s can be read by others; run: chmod 600 %s", path, path))
	}
	return c, warnings, err
}

// Sections returns the names of the sections of an .edgerc file, in order.
func Sections(path string) ([]string, error) {
	e, err := ReadEdgerc(path)
	if err != nil {
		return nil, err
	}
	return e.Sections(), nil
}
