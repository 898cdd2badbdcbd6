package main

import (
	"context"
	"errors"
	"io"
)

// letterCmd writes a letter as a PDF.
type letterCmd struct {
	place
	Ref  string `arg:"" name:"letter-ref" help:"The reference of the letter, such as CLA-L-23-0003-X."`
	File string `short:"o" required:"" placeholder:"FILE" type:"path" help:"Where to write the PDF; - is standard output."`
}

// Help shows an example.
func (letterCmd) Help() string {
	return "Example:\n\n  commoncase letter CLA-L-23-0003-X -o letter.pdf\n\nA letter that is final is written as it was frozen. A draft is written with its figures of today and “Draft” on every page."
}

// Run writes the file.
func (l *letterCmd) Run(ctx context.Context, std streams) (err error) {
	a, err := l.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	actor, letter, err := a.Campaign.OperatorFor(ctx, l.Ref)
	if err != nil {
		return sentence(err)
	}
	return sentence(writeFile(l.File, std, func(w io.Writer) error { return a.PrintLetter(ctx, actor, letter.Ref, w) }))
}
