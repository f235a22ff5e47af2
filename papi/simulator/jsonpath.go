package simulator

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

// jsonPath is an expression as bulk searches have it: names, indexes, wildcards and
// filters, each of them in any depth after two dots.
type jsonPath []pathStep

type pathStep struct {
	deep   bool // after two dots: whatever is below as well
	names  []string
	index  *int
	all    bool
	filter condition
}

// condition decides by a member of an object or a list.
type condition func(member any) bool

// found is a value and where it is, as a JSON pointer.
type found struct {
	value any
	at    string
}

var errPath = errors.New("it is no JSONPath that is known here")

// parseJSONPath reads an expression that begins with $.
func parseJSONPath(text string) (jsonPath, error) {
	p := &pathParser{rest: strings.TrimSpace(text)}
	if !p.take("$") {
		return nil, fmt.Errorf("%w: it does not begin with $", errPath)
	}
	path, err := p.steps()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%w: %q is left over", errPath, p.rest)
	}
	return path, err
}

// find returns what the path leads to from a value.
func (path jsonPath) find(root any, at string) []found {
	now := []found{{root, at}}
	for _, step := range path {
		var next []found
		for _, f := range now {
			from := []found{f}
			if step.deep {
				from = f.below()
			}
			for _, g := range from {
				next = append(next, step.from(g)...)
			}
		}
		now = next
	}
	return now
}

// children are the members of an object, in order of their names, or of a list.
func (f found) children() []found {
	var all []found
	switch v := f.value.(type) {
	case map[string]any:
		for name, value := range v {
			all = append(all, found{value, f.at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)})
		}
		slices.SortFunc(all, func(a, b found) int { return strings.Compare(a.at, b.at) })
	case []any:
		for i, value := range v {
			all = append(all, found{value, f.at + "/" + strconv.Itoa(i)})
		}
	}
	return all
}

// below is the value and all that is in it.
func (f found) below() []found {
	all := []found{f}
	for _, child := range f.children() {
		all = append(all, child.below()...)
	}
	return all
}

func (s pathStep) from(f found) []found {
	var next []found
	for i, child := range f.children() {
		_, isList := f.value.([]any)
		name := child.at[strings.LastIndex(child.at, "/")+1:]
		switch {
		case s.all,
			s.filter != nil && s.filter(child.value),
			s.index != nil && isList && (*s.index == i || *s.index == i-len(f.children())),
			!isList && slices.Contains(s.names, strings.NewReplacer("~1", "/", "~0", "~").Replace(name)):
			next = append(next, child)
		}
	}
	return next
}

// pathParser takes an expression apart from its front.
type pathParser struct{ rest string }

func (p *pathParser) take(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " \t"), token)
	if ok {
		p.rest = rest
	}
	return ok
}

// match takes what a pattern fits at the front; empty for nothing.
func (p *pathParser) match(pattern string) string {
	text := strings.TrimLeft(p.rest, " \t")
	took := regexp.MustCompile(`^(?:` + pattern + `)`).FindString(text)
	if took != "" {
		p.rest = text[len(took):]
	}
	return took
}

func (p *pathParser) steps() (jsonPath, error) {
	var path jsonPath
	for {
		step := pathStep{deep: p.take("..")}
		dotted := step.deep || p.take(".")
		switch {
		case p.take("["):
			if err := p.bracket(&step); err != nil {
				return nil, err
			}
		case dotted && p.take("*"):
			step.all = true
		case dotted:
			name := p.match(`[\w-]+`)
			if name == "" {
				return nil, fmt.Errorf("%w: a name is missing before %q", errPath, p.rest)
			}
			step.names = []string{name}
		default:
			return path, nil
		}
		path = append(path, step)
	}
}

func (p *pathParser) bracket(step *pathStep) error {
	switch {
	case p.take("*"):
		step.all = true
	case p.take("?"):
		var err error
		if step.filter, err = p.or(); err != nil {
			return err
		}
	default:
		for {
			if number := p.match(`-?\d+`); number != "" {
				n, err := strconv.Atoi(number)
				if err != nil {
					return fmt.Errorf("%w: %w", errPath, err)
				}
				step.index = &n
			} else if name, ok := p.literal(); ok {
				step.names = append(step.names, fmt.Sprint(name))
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

func (p *pathParser) or() (condition, error) {
	left, err := p.and()
	for err == nil && p.take("||") {
		var right condition
		first := left
		right, err = p.and()
		left = func(m any) bool { return first(m) || right(m) }
	}
	return left, err
}

func (p *pathParser) and() (condition, error) {
	left, err := p.comparison()
	for err == nil && p.take("&&") {
		var right condition
		first := left
		right, err = p.comparison()
		left = func(m any) bool { return first(m) && right(m) }
	}
	return left, err
}

func (p *pathParser) comparison() (condition, error) {
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
func (p *pathParser) operand() (func(any) []any, error) {
	if p.take("@") {
		path, err := p.steps()
		return func(m any) []any {
			var values []any
			for _, f := range path.find(m, "") {
				values = append(values, f.value)
			}
			return values
		}, err
	}
	value, ok := p.literal()
	if !ok {
		return nil, fmt.Errorf("%w: a value is missing before %q", errPath, p.rest)
	}
	return func(any) []any { return []any{value} }, nil
}

func (p *pathParser) literal() (any, bool) {
	text := p.match(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true\b|false\b|null\b|\[[^\[\]]*\]`)
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
