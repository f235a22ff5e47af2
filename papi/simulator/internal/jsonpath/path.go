// Package jsonpath finds values in a JSON document by a JSONPath expression, as far
// as PAPI's bulk searches have them: names, indexes, wildcards, filters with ==, !=,
// <, <=, >, >=, =~, in, nin, &&, || and !, each at any depth after two dots.
package jsonpath

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Path is a parsed expression.
type Path []step

// step selects some of the children of a value.
type step struct {
	deep   bool // after two dots: whatever is below as well
	names  []string
	index  *int
	all    bool
	filter condition
}

// condition decides by a member of an object or a list.
type condition func(member any) bool

// Match is a value that a path leads to, and its place as a JSON pointer (RFC 6901).
type Match struct {
	Value any
	At    string
}

var errPath = errors.New("it is no JSONPath that is known here")

// Parse reads an expression that begins with $.
func Parse(text string) (Path, error) {
	p := &parser{rest: strings.TrimSpace(text)}
	if !p.take("$") {
		return nil, fmt.Errorf("%w: it does not begin with $", errPath)
	}
	path, err := p.steps()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%w: %q is left over", errPath, p.rest)
	}
	return path, err
}

// Find returns what the path leads to from a value that stands at a place. A value
// may be found more than once.
func (path Path) Find(root any, at string) []Match {
	now := []Match{{root, at}}
	for _, s := range path {
		var next []Match
		for _, m := range now {
			from := []Match{m}
			if s.deep {
				from = m.below()
			}
			for _, one := range from {
				next = append(next, s.from(one)...)
			}
		}
		now = next
	}
	return now
}

// BeginsWith reports whether the first step of the path is the name, right below the root.
func (path Path) BeginsWith(name string) bool {
	return len(path) > 0 && !path[0].deep && slices.Contains(path[0].names, name)
}

// children are the members of an object, in order of their names, or of a list.
func (m Match) children() []Match {
	var all []Match
	switch v := m.Value.(type) {
	case map[string]any:
		for name, value := range v {
			all = append(all, Match{value, m.At + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)})
		}
		slices.SortFunc(all, func(a, b Match) int { return strings.Compare(a.At, b.At) })
	case []any:
		for i, value := range v {
			all = append(all, Match{value, m.At + "/" + strconv.Itoa(i)})
		}
	}
	return all
}

// below is the value and all that is in it.
func (m Match) below() []Match {
	all := []Match{m}
	for _, child := range m.children() {
		all = append(all, child.below()...)
	}
	return all
}

func (s step) from(m Match) []Match {
	var next []Match
	for i, child := range m.children() {
		_, isList := m.Value.([]any)
		name := child.At[strings.LastIndex(child.At, "/")+1:]
		switch {
		case s.all,
			s.filter != nil && s.filter(child.Value),
			s.index != nil && isList && (*s.index == i || *s.index == i-len(m.children())),
			!isList && slices.Contains(s.names, strings.NewReplacer("~1", "/", "~0", "~").Replace(name)):
			next = append(next, child)
		}
	}
	return next
}

// parser takes an expression apart from its front.
type parser struct{ rest string }

func (p *parser) take(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " \t"), token)
	if ok {
		p.rest = rest
	}
	return ok
}

// match takes what a pattern fits at the front; empty for nothing.
func (p *parser) match(pattern string) string {
	text := strings.TrimLeft(p.rest, " \t")
	took := regexp.MustCompile(`^(?:` + pattern + `)`).FindString(text)
	if took != "" {
		p.rest = text[len(took):]
	}
	return took
}

func (p *parser) steps() (Path, error) {
	var path Path
	for {
		next := step{deep: p.take("..")}
		dotted := next.deep || p.take(".")
		switch {
		case p.take("["):
			if err := p.bracket(&next); err != nil {
				return nil, err
			}
		case dotted && p.take("*"):
			next.all = true
		case dotted:
			name := p.match(`[\w-]+`)
			if name == "" {
				return nil, fmt.Errorf("%w: a name is missing before %q", errPath, p.rest)
			}
			next.names = []string{name}
		default:
			return path, nil
		}
		path = append(path, next)
	}
}

func (p *parser) bracket(into *step) error {
	switch {
	case p.take("*"):
		into.all = true
	case p.take("?"):
		var err error
		if into.filter, err = p.or(); err != nil {
			return err
		}
	default:
		for {
			if number := p.match(`-?\d+`); number != "" {
				n, err := strconv.Atoi(number)
				if err != nil {
					return fmt.Errorf("%w: %w", errPath, err)
				}
				into.index = &n
			} else if name, ok := p.literal(); ok {
				into.names = append(into.names, fmt.Sprint(name))
			} else {
				return fmt.Errorf("%w: %q cannot stand in brackets", errPath, p.rest)
			}
			if !p.take(",") {
				break
			}
		}
	}
	if !p.take("]") {
		return fmt.Errorf("%w: a bracket is open before %q", errPath, p.rest)
	}
	return nil
}

func (p *parser) or() (condition, error) {
	left, err := p.and()
	for err == nil && p.take("||") {
		var right condition
		first := left
		right, err = p.and()
		left = func(m any) bool { return first(m) || right(m) }
	}
	return left, err
}

func (p *parser) and() (condition, error) {
	left, err := p.comparison()
	for err == nil && p.take("&&") {
		var right condition
		first := left
		right, err = p.comparison()
		left = func(m any) bool { return first(m) && right(m) }
	}
	return left, err
}

func (p *parser) comparison() (condition, error) {
	if p.take("!") {
		inner, err := p.comparison()
		return func(m any) bool { return !inner(m) }, err
	}
	if p.take("(") {
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("%w: a parenthesis is open before %q", errPath, p.rest)
		}
		return inner, err
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	operator := p.match(`==|!=|<=|>=|=~|<|>|in\b|nin\b`)
	if operator == "" {
		return func(m any) bool { return len(left(m)) > 0 }, nil
	}
	if operator == "=~" {
		pattern, err := regexp.Compile(strings.Trim(p.match(`/(?:[^/\\]|\\.)*/`), "/"))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPath, err)
		}
		return func(m any) bool {
			return slices.ContainsFunc(left(m), func(v any) bool { text, ok := v.(string); return ok && pattern.MatchString(text) })
		}, nil
	}
	right, err := p.operand()
	return func(m any) bool { return compare(operator, left(m), right(m)) }, err
}

// operand is a literal, or a path from the member that is looked at.
func (p *parser) operand() (func(any) []any, error) {
	if p.take("@") {
		path, err := p.steps()
		return func(m any) []any {
			var values []any
			for _, found := range path.Find(m, "") {
				values = append(values, found.Value)
			}
			return values
		}, err
	}
	value, ok := p.literal()
	if !ok && p.take("[") {
		value, ok = p.list()
	}
	if !ok {
		return nil, fmt.Errorf("%w: a value is missing before %q", errPath, p.rest)
	}
	return func(any) []any { return []any{value} }, nil
}

// list is what follows the bracket that opens a list of literals.
func (p *parser) list() (all []any, ok bool) {
	for !p.take("]") {
		value, ok := p.literal()
		if !ok {
			return nil, false
		}
		all = append(all, value)
		if !p.take(",") {
			return all, p.take("]")
		}
	}
	return all, true
}

func (p *parser) literal() (any, bool) {
	text := p.match(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true\b|false\b|null\b`)
	if text == "" {
		return nil, false
	}
	if text[0] == '\'' {
		return strings.ReplaceAll(text[1:len(text)-1], `\'`, `'`), true
	}
	var value any
	err := json.Unmarshal([]byte(text), &value)
	return value, err == nil
}

// compare holds when it does for any pair of values.
func compare(operator string, left, right []any) bool {
	for _, a := range left {
		for _, b := range right {
			list, _ := b.([]any)
			member := slices.ContainsFunc(list, func(v any) bool { return reflect.DeepEqual(a, v) })
			x, isNumber := a.(float64)
			y, both := b.(float64)
			both = both && isNumber
			switch {
			case operator == "==" && reflect.DeepEqual(a, b),
				operator == "!=" && !reflect.DeepEqual(a, b),
				operator == "in" && member, operator == "nin" && !member,
				operator == "<" && both && x < y, operator == "<=" && both && x <= y,
				operator == ">" && both && x > y, operator == ">=" && both && x >= y:
				return true
			}
		}
	}
	return false
}
