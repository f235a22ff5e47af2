package settings

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/result"
)

// sourceAnnotation marks a flag that has its value from a variable or from the
// settings file: which kind, and the name.
const sourceAnnotation = "propctl-source"

func noteSource(f *pflag.Flag, kind result.Source, name string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[sourceAnnotation] = []string{string(kind), name}
}

func hasSource(f *pflag.Flag) bool { return f.Annotations[sourceAnnotation] != nil }

// SourceOf returns where a flag has its value from, and the name of the flag, of
// the variable or of the file; a default has none.
func SourceOf(f *pflag.Flag) (kind result.Source, name string) {
	switch noted := f.Annotations[sourceAnnotation]; {
	case f.Changed:
		return result.SourceFlag, "--" + f.Name
	case len(noted) == 2:
		return result.Source(noted[0]), noted[1]
	}
	return result.SourceDefault, ""
}

// ShownValue is the value of a flag as it may be shown: no secret is.
func ShownValue(f *pflag.Flag) string {
	values := []string{f.Value.String()}
	if slice, ok := f.Value.(pflag.SliceValue); ok {
		values = slices.Clone(slice.GetSlice())
	}
	for i, value := range values {
		switch {
		case value == "":
		case f.Name == "account-key":
			values[i] = Mask(value)
		case f.Name == "coordinator": // which shows no secret
		case strings.Contains(value, "://"):
			values[i] = MaskURL(value)
		}
	}
	return strings.Join(values, ",")
}
