// Package jsonpatch applies JSON Patch documents (RFC 6902) to values that were
// decoded from JSON.
package jsonpatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Operation is one operation of a JSON Patch.
type Operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	From  string          `json:"from,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Apply returns the document after all operations, in their order. It may change doc,
// also when it returns an error.
func Apply(doc any, operations []Operation) (any, error) {
	for _, o := range operations {
		var err error
		if doc, err = o.apply(doc); err != nil {
			return nil, fmt.Errorf("%s %s: %w", o.Op, o.Path, err)
		}
	}
	return doc, nil
}

func (o Operation) apply(doc any) (any, error) {
	path, err := pointer(o.Path)
	if err != nil {
		return nil, err
	}
	var value any
	switch o.Op {
	case "add", "replace", "test":
		if o.Value == nil || json.Unmarshal(o.Value, &value) != nil {
			return nil, errors.New("it has no value")
		}
	case "move", "copy":
		from, err := pointer(o.From)
		if err != nil {
			return nil, err
		}
		if value, err = lookup(doc, from); err != nil {
			return nil, err
		}
		value = deepCopy(value)
		if o.Op == "move" {
			if doc, err = alter(doc, from, remove); err != nil {
				return nil, err
			}
		}
	case "remove":
	default:
		return nil, errors.New("there is no such operation")
	}
	switch o.Op {
	case "test":
		have, err := lookup(doc, path)
		if err == nil && !reflect.DeepEqual(have, value) {
			err = errors.New("another value is there")
		}
		return doc, err
	case "remove":
		return alter(doc, path, remove)
	case "replace":
		return alter(doc, path, func(parent any, key string) (any, error) { return replace(parent, key, value) })
	default:
		return alter(doc, path, func(parent any, key string) (any, error) { return insert(parent, key, value) })
	}
}

// pointer splits a JSON pointer (RFC 6901).
func pointer(text string) ([]string, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, errors.New("a path begins with a slash")
	}
	path := strings.Split(text[1:], "/")
	for i, step := range path {
		path[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
	}
	return path, nil
}

var errNothing = errors.New("nothing is there")

func lookup(node any, path []string) (any, error) {
	for _, step := range path {
		switch n := node.(type) {
		case map[string]any:
			child, ok := n[step]
			if !ok {
				return nil, errNothing
			}
			node = child
		case []any:
			i, err := place(step, len(n)-1)
			if err != nil {
				return nil, err
			}
			node = n[i]
		default:
			return nil, errNothing
		}
	}
	return node, nil
}

// alter lets change make another parent of the one that holds the end of the path.
func alter(node any, path []string, change func(parent any, key string) (any, error)) (any, error) {
	if len(path) == 1 {
		return change(node, path[0])
	}
	child, err := lookup(node, path[:1])
	if err != nil {
		return nil, err
	}
	if child, err = alter(child, path[1:], change); err != nil {
		return nil, err
	}
	return replace(node, path[0], child)
}

func place(step string, last int) (int, error) {
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i > last || step != strconv.Itoa(i) {
		return 0, errNothing
	}
	return i, nil
}

func remove(parent any, key string) (any, error) {
	if _, err := lookup(parent, []string{key}); err != nil {
		return nil, err
	}
	switch n := parent.(type) {
	case map[string]any:
		delete(n, key)
		return n, nil
	case []any:
		i, err := place(key, len(n)-1)
		return slices.Delete(slices.Clone(n), i, i+1), err
	}
	return nil, errNothing
}

func replace(parent any, key string, value any) (any, error) {
	if _, err := lookup(parent, []string{key}); err != nil {
		return nil, err
	}
	switch n := parent.(type) {
	case map[string]any:
		n[key] = value
	case []any:
		i, err := place(key, len(n)-1)
		if err != nil {
			return nil, err
		}
		n[i] = value
	}
	return parent, nil
}

func insert(parent any, key string, value any) (any, error) {
	switch n := parent.(type) {
	case map[string]any:
		n[key] = value
		return n, nil
	case []any:
		if key == "-" {
			return append(n, value), nil
		}
		i, err := place(key, len(n))
		if err != nil {
			return nil, err
		}
		return slices.Insert(slices.Clone(n), i, value), nil
	}
	return nil, errNothing
}

func deepCopy(value any) any {
	switch v := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for name, member := range v {
			copied[name] = deepCopy(member)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, member := range v {
			copied[i] = deepCopy(member)
		}
		return copied
	}
	return value
}
