package cmd

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/simulate"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// simulateFlags are the flags of simulate.
type simulateFlags struct {
	listen string
	dir    string
	offset time.Duration
	many   int
}

func (p *program) simulateCommand() *cobra.Command {
	f := &simulateFlags{}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Serve the embedded PAPI simulator on loopback",
		Long: `Serve the embedded PAPI simulator on loopback, over TLS with a certificate that
it makes, until Ctrl-C or for as long as --timeout says. It prints the .edgerc and
the CA file to use it with, so that any PAPI client can be pointed at it.

A --fault makes requests go wrong: OPERATION=FAULT[@N]. OPERATION is search, list,
submit, poll, cancel, any or another operation; FAULT is a status, drop, malformed,
foreign, delay:10s or one of the names below, with -after when the request takes
effect all the same; N is how often, once by default. With foreign, somebody else
activates another version of the property right before the request.

Errors that PAPI is known for: ` + strings.Join(slices.Sorted(maps.Keys(simulator.KnownFaults())), ", ") + ".",
		Example: `  propctl simulate --dir sim
  propctl activate www.example.com --notify you@example.com --edgerc sim/.edgerc --ca-file sim/ca.pem
  propctl simulate --fault submit=503-after --fault poll=429@3
  propctl simulate --properties 1000`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(ctx context.Context, _ []string) (*result.Report, error) { return p.serve(ctx, f) })
		},
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:0", "`HOST:PORT` address on loopback; port 0 is any free one")
	c.Flags().StringVar(&f.dir, "dir", "", "`FOLDER` where .edgerc and ca.pem go (default a new temporary one)")
	c.Flags().DurationVar(&f.offset, "clock-offset", 0, "`DURATION` how far its clock is ahead of the real one, or behind it if negative")
	settings.DeclareInt(c.Flags(), &f.many, "properties", 0, "`N` more properties, p00001.example.com and so on, in group grp_10001")
	return c
}

// simulation returns a simulator within this process: what to sign with, and
// the way to it. From then on PAPI's clock is the simulator's.
func (p *program) simulation() (papi.Credentials, http.RoundTripper, error) {
	faults, err := p.faults()
	if err != nil {
		return papi.Credentials{}, nil, err
	}
	sim := simulator.New(simulator.Options{Speed: p.flags.Speed})
	for _, fault := range faults {
		sim.Inject(fault)
	}
	p.record.Simulated(sim.Now)
	c := sim.Credentials()
	return papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
		AccountKey: p.flags.AccountKey, Source: "the simulator",
	}, sim.Transport(), nil
}

// mostProperties is how many properties a simulator is given: about 200 MB.
const mostProperties = 100_000

// serve serves until the context ends. Its result is printed when it begins.
func (p *program) serve(ctx context.Context, f *simulateFlags) (*result.Report, error) {
	if f.many < 0 || f.many > mostProperties {
		return &result.Report{}, catalogue.Usagef("--properties %d is not between 0 and %d", f.many, mostProperties)
	}
	faults, err := p.faults()
	if err != nil {
		return &result.Report{}, err
	}
	server, err := simulate.Listen(ctx, f.listen)
	if err != nil {
		return &result.Report{}, err
	}
	defer server.Close()
	view, err := server.WriteFiles(f.dir)
	if err != nil {
		return &result.Report{}, err
	}
	now := time.Now()
	sim := simulator.New(simulator.Options{
		Credentials: server.Credentials, Speed: p.flags.Speed, ClockOffset: f.offset, RealDates: true,
		Properties: slices.Concat(simulator.SampleProperties(now), simulator.Properties(f.many, 1, now)),
	})
	for _, fault := range faults {
		sim.Inject(fault)
	}
	r := &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Simulator = view },
		Text:    func(w *term.Printer, _ *result.Document) { printSimulator(view, w, p.name(), p.flags.Speed) },
	}
	if err := p.announce(r); err != nil {
		return r, err
	}
	if p.flags.Timeout > 0 { // of this machine's time: the simulated one may run fast
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(p.flags.Timeout))
		defer cancel()
	}
	return r, server.Serve(ctx, sim)
}

// announce prints a result before the command has ended: who waits for it cannot wait for the end.
func (p *program) announce(r *result.Report) error {
	d := r.Document(p.out.Command)
	if err := p.files.Write(d, p.record); err != nil {
		return err
	}
	if err := p.out.Show(d, r); err != nil {
		return &catalogue.OutputError{Err: err}
	}
	return nil
}

// faults are those of --fault.
func (p *program) faults() ([]simulator.Fault, error) {
	var faults []simulator.Fault
	for _, text := range p.flags.Faults.All {
		fault, err := simulator.ParseFault(text)
		if err != nil {
			return nil, catalogue.Usagef("--fault: %w", err)
		}
		faults = append(faults, fault)
	}
	return faults, nil
}

func printSimulator(v *result.Simulator, w *term.Printer, name string, speed float64) {
	w.Printf(`PAPI simulator at %s, one real second is %g simulated ones. Ctrl-C ends it.

  credentials  %s
  CA file      %s

Try:
  %s activate www.example.com --notify you@example.com --edgerc %s --ca-file %s
`, v.URL, speed, v.Edgerc, v.CAFile, name, quote(v.Edgerc), quote(v.CAFile))
}
