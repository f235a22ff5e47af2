package papi

import "io/fs"

// isReadableByOthers is false: on Windows the mode says nothing about it.
func isReadableByOthers(fs.FileInfo) bool { return false }
