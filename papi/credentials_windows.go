package papi

import "io/fs"

// isReadableByOthers is always false: on Windows the mode bits do not tell.
func isReadableByOthers(fs.FileInfo) bool { return false }
