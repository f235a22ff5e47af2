package settings

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
)

// SchemaOf describes the settings file by the flags of all commands. A value
// may be quoted where the flag reads it all the same, as a variable's always is.
func SchemaOf(root *cobra.Command) *result.Schema {
	s := &result.Schema{Type: "object", Properties: map[string]*result.Schema{}, Additional: false}
	known := AllFlags(root)
	note := func(f *pflag.Flag) {
		if !known[f.Name] {
			return
		}
		setting := schemaOfFlag(f)
		if before := s.Properties[f.Name]; before != nil { // another command has it too
			before.Description = alsoSays(before.Description, setting.Description)
			if before.Default != setting.Default {
				before.Default = nil
			}
			return
		}
		s.Properties[f.Name] = setting
	}
	EachFlag(root, note)
	s.Properties["accountkey"] = s.Properties["account-key"] // as other Akamai tools spell it
	return s
}

// alsoSays joins what two commands say of one flag.
func alsoSays(before, more string) string {
	for said := range strings.SplitSeq(before, "; or: ") {
		if said == more {
			return before
		}
	}
	return before + "; or: " + more
}

// integers and so on are what flags read; see strconv.
const (
	integerPattern = `^(0|-?[1-9][0-9]*)$`
	numberPattern  = `^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`
	booleanPattern = `^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$`
)

func schemaOfFlag(f *pflag.Flag) *result.Schema {
	_, usage := Usage(f)
	s := &result.Schema{Description: usage}
	text := result.AnySlice("string", "number", "boolean") // YAML takes an id for a number
	if _, ok := f.Value.(pflag.SliceValue); ok {
		s.AnyOf = []*result.Schema{{Type: text}, {Type: "array", Items: &result.Schema{Type: text}}}
		return s
	}
	switch f.Value.Type() {
	case "bool":
		s.Type, s.Pattern = result.AnySlice("boolean", "string"), booleanPattern
		if given, err := strconv.ParseBool(f.DefValue); err == nil {
			s.Default = given
		}
	case "int":
		s.Type, s.Pattern = result.AnySlice("integer", "string"), integerPattern
		s.Default, _ = strconv.Atoi(f.DefValue)
	case "float64":
		s.Type, s.Pattern = result.AnySlice("number", "string"), numberPattern
		s.Default, _ = strconv.ParseFloat(f.DefValue, 64)
	default:
		s.Type = text
		if f.DefValue != "" {
			s.Default = f.DefValue
		}
		narrow(s, f.Value)
	}
	return s
}

// narrow says which texts a flag takes, where that is known. Words are taken in
// any case, and recommended in this one.
func narrow(s *result.Schema, value pflag.Value) {
	if words, ok := value.(interface{ Words() []string }); ok {
		s.Type, s.Enum = "string", result.AnySlice(words.Words()...)
		return
	}
	reader, ok := value.(interface{ Get() any })
	if !ok {
		return
	}
	if _, ok := reader.Get().(*Duration); ok {
		s.Type, s.Pattern = "string", activation.DurationPattern
	}
}
