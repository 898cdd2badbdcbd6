package demo

import (
	"bytes"
	"fmt"
	"strings"

	"commoncase/app/document"
	"commoncase/models/civil"
)

// invention stands on every paper of the demonstration, so that nobody takes one for a landlord's letter.
const invention = "*Invented for demonstration: neither the people nor the landlord exist.*"

// paper typesets one of a case's letters, with the days of the case's events in place of {event}.
func paper(p paperData, m memberData, src *inventedData, area areaData, days map[string]civil.Date) ([]byte, error) {
	on, ok := days[p.Event]
	if !ok {
		return nil, fmt.Errorf("letter %q: no event %q", p.Subject, p.Event)
	}
	resident := document.Letterhead{Name: m.Name, Lines: []string{m.Home + ", " + area.Street, "Wrenhaven " + area.Postcode}}
	landlord := document.Letterhead{Name: src.Landlord.Name, Lines: strings.Split(src.Landlord.Address, "\n")}
	branch := document.Letterhead{Name: src.Branch.Name, Lines: strings.Split(src.Branch.Address, "\n"), Email: src.Branch.Email}
	parties := map[string]document.Letterhead{"resident": resident, "landlord": landlord, "branch": branch}
	head, known := parties[p.From]
	to, knownTo := parties[p.To]
	if !known || !knownTo {
		return nil, fmt.Errorf("letter %q: from %q to %q: want resident, landlord or branch", p.Subject, p.From, p.To)
	}
	body, err := dated(invention+"\n\n"+p.Body, days)
	if err != nil {
		return nil, fmt.Errorf("letter %q: %w", p.Subject, err)
	}
	signOff := make([]string, len(p.SignOff))
	for i, line := range p.SignOff {
		if signOff[i], err = dated(line, days); err != nil {
			return nil, fmt.Errorf("letter %q: %w", p.Subject, err)
		}
	}
	doc := document.LetterDoc{Head: head, On: on, Recipient: append([]string{to.Name}, to.Lines...), Salutation: p.Salutation,
		Subject: p.Subject, Body: body, Closing: p.Closing, SignOff: signOff}
	var out bytes.Buffer
	if err := document.Letter(&out, doc); err != nil {
		return nil, fmt.Errorf("letter %q: %w", p.Subject, err)
	}
	return out.Bytes(), nil
}

// dated puts long dates in place of {event}.
func dated(text string, days map[string]civil.Date) (string, error) {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		out.WriteString(before)
		if !ok {
			return out.String(), nil
		}
		name, after, ok := strings.Cut(rest, "}")
		d, known := days[name]
		if !ok || !known {
			return "", fmt.Errorf("no event %q", name)
		}
		out.WriteString(d.Long())
		text = after
	}
}
