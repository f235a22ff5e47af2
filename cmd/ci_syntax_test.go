package cmd_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// What CI systems take for commands, read as they read it. The grammars here are
// stricter than theirs: what is not exactly one of ours is an error.

var ciSystems = []string{"github", "gitlab", "azure", "teamcity", "jenkins"}

// ciCommand is a command, with its values as the system understands them.
type ciCommand struct {
	name, data string
	values     map[string]string
}

// spoken is what was printed for a CI system, and the lines that are for people.
type spoken struct {
	commands []ciCommand
	rest     string
}

// named returns the commands of a name.
func (s spoken) named(name string) []ciCommand {
	return slices.DeleteFunc(slices.Clone(s.commands), func(c ciCommand) bool { return c.name != name })
}

// said is all that commands say, which is as harmless as everything else.
func (s spoken) said() string {
	var all []string
	for _, c := range s.commands {
		all = append(all, c.data)
		for _, value := range c.values {
			all = append(all, value)
		}
	}
	return strings.Join(all, "\n")
}

// commandsIn reads what was printed for a CI system; an empty name is none.
func commandsIn(t *testing.T, system, text string) spoken {
	t.Helper()
	read := map[string]func(string) (ciCommand, bool){
		"github": githubCommand, "gitlab": gitlabCommand, "azure": azureCommand, "teamcity": teamcityCommand,
	}[system]
	var s spoken
	var rest strings.Builder
	for line := range strings.Lines(text) {
		if read != nil {
			if c, ok := read(strings.TrimSuffix(line, "\n")); ok {
				s.commands = append(s.commands, c)
				continue
			}
		}
		rest.WriteString(line)
	}
	s.rest = rest.String()
	return s
}

var (
	githubLine    = regexp.MustCompile(`^::(group|endgroup|error|warning|notice)(?: title=([^:,\r\n]+))?::([^\r\n]*)$`)
	githubEscape  = regexp.MustCompile(`%(25|0A|0D|3A|2C)`)
	azureLine     = regexp.MustCompile(`^##(?:\[(group|endgroup)\]|vso\[(task\.[a-z]+)(?: ([^\]]*))?\])([^\r\n]*)$`)
	azureEscape   = regexp.MustCompile(`%(AZP25|0A|0D|3B|5D)`)
	gitlabLine    = regexp.MustCompile(`^\x1b\[0K(section_start|section_end):\d+:([a-z0-9_]+)(?:\[collapsed=false\])?\r\x1b\[0K([ -~]*)$`)
	teamcityLine  = regexp.MustCompile(`^##teamcity\[([a-zA-Z]+)((?: (?:[a-z]+=)?'(?:[ -&(-Z\\^-{}~]|\|['|\[\]nr]|\|0x[0-9A-F]{4})*')+)\]$`)
	teamcityValue = regexp.MustCompile(` (?:([a-z]+)=)?'((?:[^'|]|\|.)*)'`)
)

func githubCommand(line string) (ciCommand, bool) {
	m := githubLine.FindStringSubmatch(line)
	if m == nil || strings.Contains(githubEscape.ReplaceAllString(m[2]+m[3], ""), "%") {
		return ciCommand{}, false
	}
	plain := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	data := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	return ciCommand{m[1], data.Replace(m[3]), map[string]string{"title": plain.Replace(m[2])}}, true
}

func azureCommand(line string) (ciCommand, bool) {
	m := azureLine.FindStringSubmatch(line)
	if m == nil || strings.Contains(azureEscape.ReplaceAllString(m[3]+m[4], ""), "%") || strings.ContainsAny(m[4], "];") {
		return ciCommand{}, false
	}
	plain := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3B", ";", "%5D", "]", "%AZP25", "%")
	c := ciCommand{m[1] + m[2], plain.Replace(m[4]), map[string]string{}}
	for property := range strings.SplitSeq(strings.Trim(m[3], ";"), ";") {
		name, value, _ := strings.Cut(property, "=")
		c.values[name] = plain.Replace(value)
	}
	return c, slices.Contains([]string{"group", "endgroup", "task.logissue", "task.setvariable", "task.uploadsummary"}, c.name)
}

func gitlabCommand(line string) (ciCommand, bool) {
	m := gitlabLine.FindStringSubmatch(line)
	if m == nil {
		return ciCommand{}, false
	}
	return ciCommand{m[1], m[3], map[string]string{"name": m[2]}}, true
}

func teamcityCommand(line string) (ciCommand, bool) {
	m := teamcityLine.FindStringSubmatch(line)
	if m == nil || !slices.Contains([]string{"blockOpened", "blockClosed", "buildProblem", "message", "setParameter", "progressMessage"}, m[1]) {
		return ciCommand{}, false
	}
	c := ciCommand{m[1], "", map[string]string{}}
	for _, v := range teamcityValue.FindAllStringSubmatch(m[2], -1) {
		c.values[v[1]] = teamcityUnescaped(v[2])
	}
	c.data = c.values[""]
	return c, true
}

func teamcityUnescaped(s string) string {
	var units []uint16
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '|':
			units = append(units, uint16(s[i]))
		case strings.HasPrefix(s[i:], "|0x"):
			n, _ := strconv.ParseUint(s[i+3:i+7], 16, 16)
			units = append(units, uint16(n))
			i += 6
		default:
			i++
			switch s[i] {
			case 'n':
				units = append(units, '\n')
			case 'r':
				units = append(units, '\r')
			default:
				units = append(units, uint16(s[i]))
			}
		}
	}
	return string(utf16.Decode(units))
}

// variables returns those that were set for later steps.
func (s spoken) variables() map[string]string {
	all := map[string]string{}
	for _, c := range s.named("task.setvariable") {
		all[c.values["variable"]] = c.data
	}
	for _, c := range s.named("setParameter") {
		all[c.values["name"]] = c.values["value"]
	}
	return all
}

// githubOutputs reads the file of a step's outputs as the runner does.
func githubOutputs(t *testing.T, text string) map[string]string {
	t.Helper()
	all := map[string]string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		equals, heredoc := strings.Index(lines[i], "="), strings.Index(lines[i], "<<")
		switch {
		case lines[i] == "":
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			all[lines[i][:equals]] = lines[i][equals+1:]
		case heredoc >= 0:
			end := slices.Index(lines[i+1:], lines[i][heredoc+2:])
			if end < 0 {
				t.Fatalf("no end of %q in\n%s", lines[i], text)
			}
			all[lines[i][:heredoc]] = strings.Join(lines[i+1:i+1+end], "\n")
			i += 1 + end
		default:
			t.Fatalf("the runner does not take %q in\n%s", lines[i], text)
		}
	}
	return all
}

var factNames = []string{
	"activation-id", "budget-limit", "budget-remaining", "exit-code", "network", "outcome", "property-id", "property-name", "submitted", "version",
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// outsideCode returns what is left of Markdown without fenced blocks and code spans.
func outsideCode(text string) string {
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case fence != "":
			if line == fence {
				fence = ""
			}
		case strings.HasPrefix(line, "```"):
			fence = strings.TrimSuffix(line, "text")
		default:
			b.WriteString(codeSpan.ReplaceAllString(line, "") + "\n")
		}
	}
	return b.String() + fence
}

var codeSpan = regexp.MustCompile("`[^`|]*`")
