// Package text prints results of commands for people. It reads the document that -o json prints, so that both
// agree, and makes text from PAPI or a user safe to print.
package text
