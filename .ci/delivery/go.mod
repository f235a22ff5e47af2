// The tests of what surrounds the program. They are a module of their own, so that they are handed
// the program, and so that the libraries they need stay out of the program's requirements.
module github.com/propctl/propctl/.ci/delivery

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	go.yaml.in/yaml/v3 v3.0.4
)
