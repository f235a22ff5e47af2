package ci

import (
	"fmt"
	"time"
)

// Sections of GitLab's job logs: https://docs.gitlab.com/ci/jobs/job_logs/. It has
// no other commands; what later jobs are to know is in the file of --dotenv, and
// what a merge request shows in that of --junit.

const clearLine = "\r\x1b[0K"

func gitlabSyntax() ciSyntax {
	// The name has to be another one each time that a job runs propctl.
	name := func(begun time.Time) string { return fmt.Sprintf("propctl_%d", begun.UnixNano()) }
	return ciSyntax{
		begin: func(title string, begun time.Time) string {
			return fmt.Sprintf("\x1b[0Ksection_start:%d:%s[collapsed=false]%s%s", begun.Unix(), name(begun), clearLine, title)
		},
		end: func(_ string, begun time.Time) string {
			return fmt.Sprintf("\x1b[0Ksection_end:%d:%s%s", time.Now().Unix(), name(begun), clearLine)
		},
	}
}
