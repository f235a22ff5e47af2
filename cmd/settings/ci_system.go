package settings

// CISystem is a CI system that can be written for; empty is the one that the
// environment names.
type CISystem string

// The systems.
const (
	CIGitHub   CISystem = "github"
	CIGitLab   CISystem = "gitlab"
	CIAzure    CISystem = "azure"
	CITeamCity CISystem = "teamcity"
	CIJenkins  CISystem = "jenkins" // takes no commands: what it reads are files
	CINone     CISystem = "none"
)
