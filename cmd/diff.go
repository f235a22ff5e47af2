package cmd

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/rulediff"
)

// diffFlags are the flags of diff.
type diffFlags struct{ exitCode, markdown bool }

func (p *program) diffCommand(about result.AssetKind) *cobra.Command {
	f := &diffFlags{}
	c := &cobra.Command{
		Use:   "diff " + about.Operand() + " [FROM] [TO]",
		Short: "Show what changes from one version to another",
		Long: "Show what changes from one version to another: rules by their path, behaviors and\n" +
			"criteria by their name, values side by side" + about.Choose(", the rule format and the hostnames", " and the rule format") + `.

FROM and TO are numbers, latest, staging or production. FROM is what is active on
production if it is not given, and TO is latest.

+ was added, - was removed, ~ was changed, > was moved. Values that look like secrets
are shown only by -o json, which also has the difference as a JSON Patch (RFC 6902).`,
		Example: "  propctl " + about.Command("diff") + about.Choose(" www.example.com\n  propctl diff www.example.com staging 8 --markdown\n"+
			"  propctl diff www.example.com 7 8 -o json --jq .diff.patch", " security-headers\n  propctl includes diff security-headers 2 3"),
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.RangeArgs(1, 3), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.diff(ctx, about, f, args)
			})
		},
	}
	c.Flags().BoolVar(&f.exitCode, "exit-code", false, "exit with 1 when there is a difference")
	c.Flags().BoolVar(&f.markdown, "markdown", false, "text as Markdown, for a merge request")
	return c
}

// sides reads FROM and TO.
func sides(args []string) (from, to wantedVersion, err error) {
	from = wantedVersion{activeOn: papi.Production}
	if len(args) > 0 {
		from, err = parseWanted(args[0])
	}
	if len(args) > 1 && err == nil {
		to, err = parseWanted(args[1])
	}
	return from, to, err
}

func (p *program) diff(ctx context.Context, about result.AssetKind, f *diffFlags, args []string) (*result.Report, error) {
	named, err := parseProperty(args[0])
	if err != nil {
		return &result.Report{}, err
	}
	from, to, err := sides(args[1:])
	if err != nil {
		return &result.Report{}, err
	}
	return p.lookAt(ctx, about, named, func(ctx context.Context, s *session, what property) (*result.Report, error) {
		diff, name, err := s.diff(ctx, what.ref, from, to)
		if err != nil {
			return nil, err
		}
		r := &result.Report{
			Outcome: catalogue.OutcomeOK,
			Fill: func(d *result.Document) {
				d.SetAsset(what.ref, cmp.Or(what.name, name))
				d.Diff = diff
			},
			Text: text.Diff,
		}
		if f.markdown {
			r.Text = text.DiffMarkdown
		}
		if f.exitCode && !diff.Same() {
			err = &catalogue.DifferentError{What: "the versions differ: " + diff.Summary()}
		}
		return r, err
	})
}

// numbered finds the number of a version.
func (s *session) numbered(ctx context.Context, ref result.AssetRef, v wantedVersion) (*result.DiffVersion, error) {
	side := &result.DiffVersion{Version: v.number, ActiveOn: result.Optional(v.activeOn)}
	if v.number > 0 {
		return side, nil
	}
	var err error
	side.Version, err = s.latestOn(ctx, ref, v.activeOn)
	return side, err
}

// diff reads two versions and compares them: both rule trees at once, then the hostnames of both. It also returns
// the name that PAPI tells.
func (s *session) diff(ctx context.Context, ref result.AssetRef, from, to wantedVersion) (*result.Diff, string, error) {
	old, err := s.numbered(ctx, ref, from)
	if err != nil {
		return nil, "", err
	}
	now, err := s.numbered(ctx, ref, to)
	if err != nil {
		return nil, "", err
	}
	trees, err := both(old, now, func(version int) (*papi.RuleTree, error) { return s.rules(ctx, ref, version) })
	if err != nil {
		return nil, "", err
	}
	diff, err := s.diffOf(ctx, ref, old, now, trees)
	return diff, trees[1].PropertyName, err
}

// diffOf compares two versions whose rule trees have been read.
func (s *session) diffOf(ctx context.Context, ref result.AssetRef, from, to *result.DiffVersion, trees [2]*papi.RuleTree) (*result.Diff, error) {
	rules, err := rulediff.Compare(treeOf(trees[0]), treeOf(trees[1]))
	if err != nil {
		return nil, &classified{papi.ClassMalformed, fmt.Errorf("versions %d and %d cannot be compared: %w", from.Version, to.Version, err)}
	}
	diff := result.NewDiff(rules, from, to)
	if ref.Kind == result.Includes {
		return diff, nil
	}
	hostnames, err := both(from, to, func(version int) (*papi.HostnameList, error) {
		return s.client.VersionHostnames(ctx, ref.Property(), version)
	})
	if err != nil {
		return nil, err
	}
	diff.Hostnames = result.NewHostnamesDiff(viewHostnames(hostnames[0].Items), viewHostnames(hostnames[1].Items))
	return diff, nil
}

func treeOf(t *papi.RuleTree) rulediff.Tree {
	return rulediff.Tree{RuleFormat: t.RuleFormat, Rules: t.Rules}
}

// both reads something of two versions at the same time.
func both[T any](from, to *result.DiffVersion, read func(version int) (T, error)) (got [2]T, err error) {
	var errs [2]error
	var reading sync.WaitGroup
	for i, side := range []*result.DiffVersion{from, to} {
		reading.Go(func() { got[i], errs[i] = read(side.Version) })
	}
	reading.Wait()
	return got, cmp.Or(errs[0], errs[1])
}
