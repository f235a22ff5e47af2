package journal

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/propctl/propctl/cmd/result"
)

// Parallel is a sink that concludes several at the same time, since each of them waits for another host: what one
// waits for is not taken from the time of the others.
type Parallel []Sink

// Happened implements Sink.
func (all Parallel) Happened(m Entry) {
	for _, s := range all {
		s.Happened(m)
	}
}

// Concluded implements Sink.
func (all Parallel) Concluded(ctx context.Context, d *result.Document, rec *Run) error {
	errs := make([]error, len(all))
	var told sync.WaitGroup
	for i, s := range all {
		told.Go(func() { errs[i] = s.Concluded(ctx, d, rec) })
	}
	told.Wait()
	return JoinErrors(errs)
}

// JoinErrors returns one error for those that are not nil; nil where all are.
func JoinErrors(errs []error) error {
	var texts []string
	for _, err := range errs {
		if err != nil {
			texts = append(texts, err.Error())
		}
	}
	if texts == nil {
		return nil
	}
	return errors.New(strings.Join(texts, "; "))
}
