package rollout

import "os/exec"

// endWithAll leaves a command as it is: Windows has no process groups of this kind, and
// what it has begun is waited for no longer than WaitDelay.
func endWithAll(*exec.Cmd) {}
