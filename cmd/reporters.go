package cmd

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/propctl/propctl/cmd/result"
)

// atOnce is a sink of several that each have to do with somebody far away: what
// one of them waits for must not be missing to the others.
type atOnce []sink

// happened implements sink.
func (all atOnce) happened(m moment) {
	for _, s := range all {
		s.happened(m)
	}
}

// concluded implements sink.
func (all atOnce) concluded(ctx context.Context, d *result.Document, rec *record) error {
	errs := make([]error, len(all))
	var told sync.WaitGroup
	for i, s := range all {
		told.Go(func() { errs[i] = s.concluded(ctx, d, rec) })
	}
	told.Wait()
	return oneLine(errs)
}

// oneLine makes one error of those that there are; nil where there are none.
func oneLine(errs []error) error {
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
