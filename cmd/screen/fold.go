package screen

// Fold is what a CI system folds: all that is said while a command runs. It
// begins with the first line, so that there is none around nothing. Its zero value
// folds nothing.
type Fold struct {
	Start, Stop func() string
	open        bool
}

// begin returns what has to stand before a line.
func (s *Fold) begin() string {
	if s.Start == nil || s.open {
		return ""
	}
	s.open = true
	return s.Start() + "\n"
}

// end returns what has to stand behind the last line.
func (s *Fold) end() string {
	if !s.open {
		return ""
	}
	s.open = false
	return s.Stop() + "\n"
}
