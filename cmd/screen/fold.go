package screen

// fold is the collapsible section of a CI log that has the progress lines in it. The first line opens it, so that
// there is no empty one. The zero value opens none.
type fold struct {
	start, stop func() string
	open        bool
}

// begin returns the command that opens the section, to be printed before a line; empty where it is open.
func (s *fold) begin() string {
	if s.start == nil || s.open {
		return ""
	}
	s.open = true
	return s.start() + "\n"
}

// end returns the command that closes the section; empty where it is not open.
func (s *fold) end() string {
	if !s.open {
		return ""
	}
	s.open = false
	return s.stop() + "\n"
}
