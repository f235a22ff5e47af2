package papi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// pipeTimeout bounds the wait for a pipe. Opening one that nobody writes to would block for ever.
const pipeTimeout = 30 * time.Second

// readFile returns the content of a file or a pipe, such as /dev/stdin or a shell's <(command), of at most
// limit MiB. Its errors do not name the path.
func readFile(path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, bareFileError(err)
	}
	var data []byte
	switch {
	case info.Mode().IsRegular():
		data, err = readAtMost(path, limit<<20)
	case info.Mode()&fs.ModeNamedPipe != 0:
		data, err = readPipe(path, limit<<20)
	default:
		return nil, nil, errors.New("it is neither a file nor a pipe")
	}
	switch {
	case err != nil:
		return nil, nil, bareFileError(err)
	case int64(len(data)) > limit<<20:
		return nil, nil, fmt.Errorf("it is larger than %d MiB", limit)
	}
	return data, info, nil
}

// readAtMost returns at most limit bytes, and one more if the file is larger.
func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// readPipe is readAtMost with a time-out. Opening a pipe cannot be interrupted, so after the time-out its
// goroutine is left behind.
func readPipe(path string, limit int64) ([]byte, error) {
	type content struct {
		data []byte
		err  error
	}
	read := make(chan content, 1)
	go func() {
		data, err := readAtMost(path, limit)
		read <- content{data, err}
	}()
	timer := time.NewTimer(pipeTimeout)
	defer timer.Stop()
	select {
	case c := <-read:
		return c.data, c.err
	case <-timer.C:
		return nil, fmt.Errorf("it is a pipe that was not closed within %s", pipeTimeout)
	}
}

// bareFileError removes the path, which the message already names.
func bareFileError(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

const byteOrderMark = "\ufeff"

// readText is readFile for UTF-8 text; it removes the byte order mark. It does not validate the encoding.
func readText(path string, limit int64) (string, fs.FileInfo, error) {
	data, info, err := readFile(path, limit)
	if err != nil {
		return "", nil, err
	}
	switch {
	case isUTF16(data):
		return "", nil, errors.New("it is in UTF-16; save it as UTF-8")
	case bytes.IndexByte(data, 0) >= 0:
		return "", nil, errors.New("it is not a text file")
	}
	return strings.TrimPrefix(string(data), byteOrderMark), info, nil
}

// isUTF16 reports whether the data looks like UTF-16: it begins with a byte order mark, or with ASCII
// characters that alternate with zero bytes.
func isUTF16(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return true
	}
	const enough = 4
	if len(data) < enough {
		return false
	}
	zeros := [2]int{}
	for i, b := range data[:enough] {
		if b == 0 {
			zeros[i%2]++
		}
	}
	return zeros == [2]int{0, enough / 2} || zeros == [2]int{enough / 2, 0}
}
