package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// bundleCmd writes the referral bundle of a case.
type bundleCmd struct {
	place
	Ref  string `arg:"" name:"case-ref" help:"The reference of the case, such as HVT-24-0007-K."`
	File string `short:"o" required:"" placeholder:"FILE" type:"path" help:"Where to write the PDF; - is standard output."`
}

// Help shows an example.
func (bundleCmd) Help() string {
	return "Example:\n\n  commoncase bundle HVT-24-0007-K -o referral.pdf\n\nWhat is missing before it can be sent is said on standard error; the PDF is written all the same, with the gaps marked."
}

// Run writes the file.
func (b *bundleCmd) Run(ctx context.Context, std streams) (err error) {
	a, err := b.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	actor, ref, err := a.Casework.OperatorFor(ctx, b.Ref)
	if err != nil {
		return sentence(err)
	}
	ready, err := a.Casework.Readiness(ctx, actor, ref)
	if err != nil {
		return sentence(err)
	}
	for _, missing := range ready.Missing() {
		fmt.Fprintf(std.err, "missing: %s. %s\n", missing.Title, missing.Found)
	}
	return sentence(writeFile(b.File, std, func(w io.Writer) error { return a.Casework.Bundle(ctx, actor, ref, w) }))
}
