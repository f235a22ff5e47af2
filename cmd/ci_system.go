package cmd

// ciSystem is a CI system that can be written for; empty is the one that the
// environment names.
type ciSystem string

// The systems.
const (
	ciGitHub   ciSystem = "github"
	ciGitLab   ciSystem = "gitlab"
	ciAzure    ciSystem = "azure"
	ciTeamCity ciSystem = "teamcity"
	ciJenkins  ciSystem = "jenkins" // takes no commands: what it reads are files
	ciNone     ciSystem = "none"
)

// MarshalText implements encoding.TextMarshaler.
func (s ciSystem) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *ciSystem) UnmarshalText(text []byte) error {
	return choose(s, text, ciGitHub, ciGitLab, ciAzure, ciTeamCity, ciJenkins, ciNone)
}
