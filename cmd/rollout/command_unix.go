//go:build unix

package rollout

import (
	"os/exec"
	"syscall"
)

// endWithAll lets a command be killed with all that it has begun.
func endWithAll(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
