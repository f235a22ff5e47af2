package settings

import (
	"path/filepath"

	"github.com/propctl/propctl/cmd/term"
)

// configDir returns the folder of the user's settings, "" when there is none.
func configDir(e term.Env) string { return userDir(e, "XDG_CONFIG_HOME", "APPDATA", ".config") }

// StateDir returns the folder of what is remembered between runs, "" when there is none.
func StateDir(e term.Env) string {
	return userDir(e, "XDG_STATE_HOME", "LOCALAPPDATA", filepath.Join(".local", "state"))
}

// CacheDir returns the folder of what is kept for a moment, "" when there is none.
func CacheDir(e term.Env) string { return userDir(e, "XDG_CACHE_HOME", "LOCALAPPDATA", ".cache") }

func userDir(e term.Env, xdg, windows, below string) string {
	for _, name := range [...]string{xdg, windows} {
		if dir, ok := e.Lookup(name); ok && filepath.IsAbs(dir) {
			return filepath.Join(dir, "propctl")
		}
	}
	if home := Home(e); home != "" {
		return filepath.Join(home, below, "propctl")
	}
	return ""
}

// Home returns the user's home folder, "" when the environment does not say.
func Home(e term.Env) string {
	for _, name := range [...]string{"HOME", "USERPROFILE"} {
		if dir, ok := e.Lookup(name); ok {
			return dir
		}
	}
	return ""
}
