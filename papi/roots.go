package papi

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

const maxRoots = 16 // MiB

// ReadRoots returns the system's trusted certificates and those of a PEM file, or pipe, of at most 16 MiB. A
// certificate that cannot be parsed is skipped, as other programs do; a file without any that can, or one that
// is damaged or cut off, is an error. Errors do not name the path.
func ReadRoots(path string) (*x509.CertPool, error) {
	data, _, err := readFile(path, maxRoots)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if isUTF16(data) {
		return nil, errors.New("it is in UTF-16; save it as ASCII or UTF-8")
	}
	if err := addRoots(pool, bytes.TrimPrefix(data, []byte(byteOrderMark))); err != nil {
		return nil, err
	}
	return pool, nil
}

// addRoots adds the certificates of a PEM file.
func addRoots(pool *x509.CertPool, data []byte) error {
	found, blocks, other := 0, 0, ""
	var unread error
	for rest := data; ; {
		block, behind := pem.Decode(rest)
		if block == nil {
			break
		}
		// The block ends where the rest begins, and contains no BEGIN line but its own.
		end := len(data) - len(behind)
		line := 1 + bytes.Count(data[:bytes.LastIndex(data[:end], []byte("-----BEGIN "))], []byte("\n"))
		rest = behind
		if block.Type != "CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
			other = block.Type
			continue
		}
		blocks++
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			unread = cmp.Or(unread, fmt.Errorf("the certificate in line %d cannot be read: %w", line, err))
			continue
		}
		pool.AddCert(certificate)
		found++
	}
	switch begun := bytes.Count(data, []byte("-----BEGIN CERTIFICATE-----")); {
	case begun > blocks:
		return fmt.Errorf("%d of the %d certificates in it are damaged or cut off", begun-blocks, begun)
	case found > 0:
		return nil
	case unread != nil:
		return unread
	}
	return withoutRoots(data, other)
}

// withoutRoots says what a file without PEM certificates appears to be.
func withoutRoots(data []byte, block string) error {
	if _, err := x509.ParseCertificates(data); err == nil && len(data) > 0 {
		return errors.New("it is a certificate in DER form; convert it: openssl x509 -inform der -in FILE -out FILE.pem")
	}
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("it is empty")
	case block == "PKCS7":
		return errors.New("it is a PKCS #7 bundle; convert it: openssl pkcs7 -print_certs -in FILE -out FILE.pem")
	case block != "":
		return fmt.Errorf("it has a %s and no certificate", printableType(block))
	}
	return errors.New("there is no certificate in PEM form in it, which begins with -----BEGIN CERTIFICATE-----")
}

// printableType returns the type of a PEM block, made safe for a message.
func printableType(block string) string {
	const longest = 40
	if foreign(string(bytes.ReplaceAll([]byte(block), []byte(" "), nil))) != "" || len(block) > longest {
		return "block of another type"
	}
	return block
}
