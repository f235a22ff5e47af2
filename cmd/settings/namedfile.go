package settings

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// ReadNamedFile reads a file or a pipe that the user named, such as what a shell makes of
// <(command). Its errors do not name the path.
func ReadNamedFile(ctx context.Context, path string, mebibytes int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, WithoutPath(err)
	case info.Mode().IsRegular():
		return readAtMost(path, mebibytes)
	case info.Mode()&fs.ModeNamedPipe != 0:
		return readPipe(ctx, path, mebibytes)
	}
	return nil, errors.New("neither a file nor a pipe")
}

func readAtMost(path string, mebibytes int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, WithoutPath(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(f, mebibytes<<20+1))
	if err == nil && int64(len(data)) > mebibytes<<20 {
		err = fmt.Errorf("larger than %d MiB", mebibytes)
	}
	return data, WithoutPath(err)
}

// pipeTimeout is how long a pipe is waited for: one that nobody writes into has no end.
const pipeTimeout = 30 * time.Second

// readPipe is readAtMost for a while. What opens a pipe cannot be interrupted: it stays
// behind when the time is over.
func readPipe(ctx context.Context, path string, mebibytes int64) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, pipeTimeout, fmt.Errorf("a pipe that was not closed within %s", pipeTimeout))
	defer cancel()
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		data, err := readAtMost(path, mebibytes)
		done <- read{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// WithoutPath removes the path, which the message has already.
func WithoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
