package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
)

// File is a file that a flag asks for. That it can be written is found out before
// anything is sent; at the end it is written as a whole or not at all, and that it
// could not be is an error, since somebody has asked for it.
type File struct {
	Flag, Path string // path is empty where it was not asked for
	Render     func(*result.Document, *Run) ([]byte, error)
}

// Files are those that were asked for.
type Files []File

// Check finds out before anything is sent whether the files can be written:
// afterwards it would be too late to refuse.
func (all Files) Check() error {
	places := map[string]string{}
	for _, f := range all {
		if err := f.check(); err != nil {
			return catalogue.Usagef("--%s: %w", f.Flag, err)
		}
		place := whereTo(f.Path)
		if other, taken := places[place]; taken {
			return catalogue.Usagef("--%s and --%s name the same file; give them different ones", other, f.Flag)
		}
		places[place] = f.Flag
	}
	return nil
}

// whereTo returns the same path for all paths that name the same file.
func whereTo(path string) string {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err == nil {
		folder, err = filepath.Abs(folder)
	}
	if err != nil {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, filepath.Base(path))
}

func (f File) check() error {
	if err := CheckPath(f.Path); err != nil {
		return err
	}
	probe, err := os.CreateTemp(filepath.Dir(f.Path), ".propctl-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// CheckPath refuses a path where a file would take the place of something else:
// to move a file over a device removes the device.
func CheckPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	}
	return nil
}

// Write writes all of them, and returns an error for those that it could not.
func (all Files) Write(d *result.Document, rec *Run) error {
	var errs []error
	for _, f := range all {
		data, err := f.Render(d, rec)
		if err == nil {
			err = WriteFile(f.Path, data, 0o644)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the result cannot be written to --%s: %w", f.Flag, err))
		}
	}
	if err := JoinErrors(errs); err != nil {
		return &catalogue.OutputError{Err: err}
	}
	return nil
}

// WriteFile writes a file beside its place and moves it there. A file that is
// there keeps its mode; a new one gets at most the one that is given.
func WriteFile(path string, data []byte, mode fs.FileMode) (err error) {
	if err := CheckPath(path); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil {
		mode &= info.Mode().Perm()
	}
	beside := filepath.Join(filepath.Dir(path), ".propctl-"+rand.Text())
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // beside the file that the user named
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
