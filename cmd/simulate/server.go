// Package simulate serves a simulated PAPI on loopback, over TLS, and writes the files that a client needs for it.
package simulate

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi/simulator"
)

// Time-outs of the server. Faults may delay an answer longer than any of them,
// so there is none for writing.
const (
	serverHeaderTimeout = 10 * time.Second
	serverReadTimeout   = 30 * time.Second
	serverIdleTimeout   = 2 * time.Minute
	shutdownTimeout     = 3 * time.Second
)

// Server has an address on loopback and a certificate for it.
type Server struct {
	Credentials simulator.Credentials // what clients sign with; the host is the address

	listener    net.Listener
	certificate tls.Certificate
	ca          []byte // the certificate as PEM
	temporary   string // the folder that Close removes; empty: none
}

// Listen opens an address, which has to be on loopback.
func Listen(ctx context.Context, address string) (*Server, error) {
	if err := checkLoopback(address); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, catalogue.Usagef("--listen: %w", err)
	}
	s := &Server{Credentials: simulator.SampleCredentials(), listener: listener}
	s.Credentials.Host = listener.Addr().String()
	if s.certificate, s.ca, err = newCertificate(time.Now()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close lets go of the address, and removes the folder that [Server.WriteFiles] has made.
func (s *Server) Close() {
	_ = s.listener.Close() // it is closed already when it was served
	if s.temporary != "" {
		_ = os.RemoveAll(s.temporary) // a temporary folder that is left is only untidy
	}
}

// Serve serves until the context ends, which is no error.
func (s *Server) Serve(ctx context.Context, handler http.Handler) error {
	listener := tls.NewListener(s.listener, &tls.Config{
		Certificates: []tls.Certificate{s.certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	})
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: serverHeaderTimeout, ReadTimeout: serverReadTimeout, IdleTimeout: serverIdleTimeout,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if server.Shutdown(patient) != nil { // a request hangs, which is what some faults are for
		return server.Close()
	}
	return nil
}

// checkLoopback refuses addresses that others could reach.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return catalogue.Usagef("--listen %q is not HOST:PORT", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return catalogue.Usagef("--listen %q is not on loopback; the simulator is for this machine only", address)
	}
	return nil
}
