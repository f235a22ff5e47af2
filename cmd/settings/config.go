// Package settings reads flags, environment variables and the settings file, and says
// where each value came from.
package settings

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// A flag beats the environment, the environment beats the settings file, and the
// file beats the default. Whatever the source, a value is read by the flag that
// it belongs to, so all are checked alike.

// maxSettings is how large a settings file may be, in MiB.
const maxSettings = 1

// environment is where a setting is that a variable has.
const environment = "environment"

// envNames returns the variables that set a flag, the one that counts first.
func envNames(flag string) []string {
	names := []string{"PROPCTL_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))}
	switch flag {
	case "edgerc":
		names = append(names, "AKAMAI_EDGERC")
	case "section":
		names = append(names, "AKAMAI_EDGERC_SECTION")
	case "account-key":
		names = append(names, "PROPCTL_ACCOUNTKEY", "AKAMAI_EDGERC_ACCOUNT_KEY")
	case "ca-file":
		names = append(names, "SSL_CERT_FILE")
	}
	return names
}

// Load sets the flags of a command that were not given from the environment
// and the settings file. It goes on after an error, so that the error is printed in
// the format that was asked for. It returns the file, which may be a pipe, and cannot be
// read again then; nil for none.
func Load(c *cobra.Command, env term.Env) (*File, error) {
	errs := []error{CheckVariables(c.Root(), env), LoadEnvironment(c.Flags(), env)} // which may have --config
	path, named := Path(env, c.Flags().Lookup("config").Value.String())
	file, err := ReadFile(c.Context(), path, named)
	return file, firstOf(append(errs, err, file.Apply(c)))
}

// firstOf returns the first error: one mistake after the other is easier to mend.
func firstOf(errs []error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	return errs[i]
}

// LoadEnvironment sets the flags that were not given and that a variable sets.
func LoadEnvironment(flags *pflag.FlagSet, env term.Env) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" || f.Name == "force" || f.Name == "all" {
			return
		}
		for _, name := range envNames(f.Name) {
			value, ok := env.Lookup(name)
			if !ok {
				continue
			}
			if err := SetFlag(f, value); err != nil {
				errs = append(errs, &catalogue.SettingError{Where: environment, Key: name, Err: err})
				return
			}
			noteSource(f, result.SourceEnvironment, name)
			return
		}
	})
	return firstOf(errs)
}

// Path returns the settings file, and whether somebody named it: one
// that is only looked for may be missing.
func Path(env term.Env, config string) (path string, named bool) {
	if config != "" {
		return config, true
	}
	if dir := configDir(env); dir != "" {
		return filepath.Join(dir, "config.yaml"), false
	}
	return "", false
}

// File is a settings file that was read; nil where there is none.
type File struct {
	path   string
	Values map[string]any
}

// ReadFile reads the settings file, if there is one. One that nobody named may
// be missing.
func ReadFile(ctx context.Context, path string, named bool) (*File, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // no file is no error
	}
	data, err := ReadNamedFile(ctx, path, maxSettings)
	switch {
	case !named && cannotExist(err):
		return nil, nil //nolint:nilnil // no file is no error
	case err != nil:
		return nil, &catalogue.SettingError{Where: path, Err: err}
	}
	v := viper.New()
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(data)); err != nil {
		err = fmt.Errorf("not readable as YAML: %s%s", strings.Join(strings.Fields(err.Error()), " "), noBreakSpace(data))
		return nil, &catalogue.SettingError{Where: path, Err: err}
	}
	if err := oneDocument(data); err != nil {
		return nil, &catalogue.SettingError{Where: path, Err: err}
	}
	file := &File{path: path, Values: map[string]any{}}
	for _, key := range v.AllKeys() {
		file.Values[key] = v.Get(key)
	}
	return file, nil
}

// cannotExist reports whether an error says that there is no file, or that there can be
// none: below a file, as where HOME is /dev/null, or with a path that is too long.
func cannotExist(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG)
}

// oneDocument refuses a file with more than one document in it: only one would be read.
func oneDocument(data []byte) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	if errors.Is(d.Decode(&first), io.EOF) || errors.Is(d.Decode(&second), io.EOF) {
		return nil
	}
	return fmt.Errorf("a second YAML document begins at line %d, and only one is read; remove the line ---", max(second.Line, 1))
}

// noBreakSpace names what nobody sees: web pages and word processors put no-break
// spaces where YAML wants plain ones. Inside of a value they are fine.
func noBreakSpace(data []byte) string {
	before, _, found := bytes.Cut(data, []byte("\u00a0"))
	if !found {
		return ""
	}
	return fmt.Sprintf("; line %d has a no-break space: write a plain one", 1+bytes.Count(before, []byte("\n")))
}

// Apply sets the command's flags. Keys that belong to other commands are left
// alone; keys that belong to none are mistakes.
func (file *File) Apply(c *cobra.Command) error {
	if file == nil {
		return nil
	}
	known := AllFlags(c.Root())
	keys := slices.Sorted(maps.Keys(file.Values))
	var errs []error
	for _, key := range keys {
		var err error
		if known[string(NormalizeName(nil, key))] {
			err = file.set(c.Flags().Lookup(key), key)
		} else {
			err = errors.New("there is no such setting" + DidYouMean(Nearest(key, slices.Sorted(maps.Keys(known))...)))
		}
		if err != nil {
			errs = append(errs, &catalogue.SettingError{Where: file.path, Key: key, Err: err})
		}
	}
	return firstOf(errs)
}

// set gives a flag the value of a key. A flag that has one already keeps it, and
// nil is one of another command.
func (file *File) set(f *pflag.Flag, key string) error {
	values, list, err := scalars(file.Values[key])
	if err != nil || f == nil || f.Changed || hasSource(f) {
		return err
	}
	if err := take(f, values, list); err != nil {
		return err // what was not taken is not in force
	}
	noteSource(f, result.SourceFile, file.path)
	return nil
}

func take(f *pflag.Flag, values []string, list bool) error {
	if !list {
		return SetFlag(f, values[0])
	}
	slice, ok := f.Value.(pflag.SliceValue)
	if !ok {
		return errors.New("a list where one value is wanted")
	}
	return slice.Replace(values)
}

// SetFlag gives a flag a value as if it had been typed, without marking it as
// typed. Lists have commas or line breaks between their items.
func SetFlag(f *pflag.Flag, value string) error {
	slice, ok := f.Value.(pflag.SliceValue)
	if !ok {
		return inWords(f, value, f.Value.Set(value))
	}
	return slice.Replace(split(value))
}

// scalars returns a value of the file as the text that a flag would read.
func scalars(value any) (values []string, list bool, err error) {
	switch value := value.(type) {
	case string, bool, int, int64, uint64, float64:
		return []string{fmt.Sprint(value)}, false, nil
	case []any:
		for _, item := range value {
			one, nested, err := scalars(item)
			if err != nil || nested {
				return nil, false, errors.New("a list may only have plain values")
			}
			values = append(values, one...)
		}
		return values, true, nil
	case nil:
		return nil, false, errors.New("no value")
	}
	return nil, false, errors.New("neither a plain value nor a list of them")
}

// EachFlag goes through the flags of all commands, those that every command has first.
// Some are there more than once.
func EachFlag(root *cobra.Command, note func(*pflag.Flag)) {
	root.PersistentFlags().VisitAll(note)
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		c.LocalNonPersistentFlags().VisitAll(note)
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
}

// AllFlags returns the names of all flags of all commands that a file may set.
func AllFlags(root *cobra.Command) map[string]bool {
	names := map[string]bool{}
	note := func(f *pflag.Flag) { names[f.Name] = true }
	EachFlag(root, note)
	for _, name := range [...]string{"help", "config", "force", "all"} { // they only make sense when they are typed
		delete(names, name)
	}
	return names
}
