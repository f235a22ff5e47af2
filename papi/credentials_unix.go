//go:build !windows

package papi

import "io/fs"

// isReadableByOthers reports whether anyone but the owner can read the file.
func isReadableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
