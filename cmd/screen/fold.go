package screen

// fold is what a CI system folds: all that is said while a command runs. It
// begins with the first line, so that there is none around nothing. Its zero value
// folds nothing.
type fold struct {
	start, stop func() string
	open        bool
}

// begin returns what has to stand before a line.
func (s *fold) begin() string {
	if s.start == nil || s.open {
		return ""
	}
	s.open = true
	return s.start() + "\n"
}

// end returns what has to stand behind the last line.
func (s *fold) end() string {
	if !s.open {
		return ""
	}
	s.open = false
	return s.stop() + "\n"
}
