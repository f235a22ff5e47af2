// Package text shows the results of commands to people. What it shows comes from the document that -o json prints, so
// that both say the same; what PAPI or a user wrote in it is made harmless here.
package text
