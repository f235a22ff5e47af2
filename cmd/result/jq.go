package result

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/itchyny/gojq"

	"github.com/propctl/propctl/cmd/term"
)

// A --jq expression is a program by somebody else. It gets one document and nothing else: no files, no
// environment, no other input. It is guaranteed to end.

const (
	// maxSteps is a count instead of a time, so that an expression works alike on all machines. One over a
	// document with a thousand properties takes some hundred thousand steps.
	maxSteps      = 5_000_000
	maxEvaluation = 5 * time.Second // for expressions with slow steps
	maxYield      = 8 << 20         // total bytes of all values
)

// ErrEndless reports an expression that was stopped by a limit.
var ErrEndless = errors.New("it takes too long")

// JQ is a flag whose value is a jq expression. The zero value is no expression.
type JQ struct {
	text   string
	Code   *gojq.Code
	Within time.Duration // limit of an evaluation; 0: maxEvaluation
}

// Type implements pflag.Value.
func (*JQ) Type() string { return "string" }

// String implements pflag.Value.
func (e *JQ) String() string { return e.text }

// Set compiles the expression, so that a mistake is reported before anything is sent, whatever the source of
// the setting.
func (e *JQ) Set(text string) error {
	if err := term.CheckText(text); err != nil {
		return fmt.Errorf("the expression %w", err)
	}
	query, err := gojq.Parse(text)
	if parse, ok := errors.AsType[*gojq.ParseError](err); ok {
		begin := max(0, min(parse.Offset, len(text))-len(parse.Token))
		return fmt.Errorf("%w at character %d", err, utf8.RuneCountInString(text[:begin])+1)
	}
	if err != nil {
		return err
	}
	code, err := gojq.Compile(query) // without a loader of variables, env and $ENV are empty
	if err != nil {
		return err
	}
	e.text, e.Code = text, code
	return nil
}

// Apply returns what the expression yields for a document, one value a line: strings raw, everything else as
// compact JSON, made safe to print. On an error it returns nothing, because half a result could pass for a
// whole one.
func (e *JQ) Apply(document []byte) ([]byte, error) {
	var input any
	if err := json.Unmarshal(document, &input); err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(context.Background(), cmp.Or(e.Within, maxEvaluation))
	defer cancel()
	var data []byte
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		data, err = e.evaluate(within, input)
	}()
	select {
	case <-done:
		return data, err
	case <-within.Done(): // a single long step, such as a regular expression, cannot be interrupted; it is left behind
		return nil, ErrEndless
	}
}

// evaluate returns what the expression yields before the context ends.
func (e *JQ) evaluate(within context.Context, input any) ([]byte, error) {
	var out bytes.Buffer
	values := e.Code.RunWithContext(&steps{Context: within, left: maxSteps, over: closed()}, input)
	for {
		value, more := values.Next()
		if !more {
			return out.Bytes(), nil
		}
		if err, failed := value.(error); failed {
			if halt, ok := errors.AsType[*gojq.HaltError](err); ok && halt.Value() == nil {
				return out.Bytes(), nil // halt ends the program without an error
			}
			return nil, err
		}
		if err := writeValue(&out, value); err != nil {
			return nil, err
		}
	}
}

func writeValue(out *bytes.Buffer, value any) error {
	text, isString := value.(string)
	var data []byte
	if !isString {
		var err error
		if data, err = gojq.Marshal(value); err != nil {
			return err
		}
	}
	if out.Len()+len(text)+len(data) > maxYield {
		return fmt.Errorf("it yields more than %d MiB", maxYield>>20)
	}
	out.WriteString(term.Clean(text, math.MaxInt))
	to := bufio.NewWriter(out)
	_, _ = (&jsonPrinter{to: to}).Write(data)
	_ = to.WriteByte('\n')
	return to.Flush()
}

// steps is a context that ends after a number of steps: gojq checks the context before each step.
type steps struct {
	context.Context //nolint:containedctx // it is one

	left int
	over chan struct{}
}

// Done implements context.Context.
func (b *steps) Done() <-chan struct{} {
	if b.left--; b.left < 0 {
		return b.over
	}
	return b.Context.Done()
}

// Err implements context.Context.
func (b *steps) Err() error {
	if b.left < 0 || b.Context.Err() != nil {
		return ErrEndless
	}
	return nil
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}
