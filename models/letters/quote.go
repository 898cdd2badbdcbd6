package letters

import (
	"fmt"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

// Quote is a resident's words as far as one letter is concerned: with the name that their consent allows, and why they may not stand in it.
type Quote struct {
	ID      int64
	Number  int
	Text    string
	SaidOn  civil.Date
	Theme   string // its label
	Name    string // what may stand under it; "" where no name may
	Refused string // why it may not stand in this letter, a sentence; "" where it may
}

// Quoted is a quote that a letter printed.
type Quoted struct {
	ID int64
	As string // the name that stood under it; "" for none
}

// anonymous is who said what may be printed without a name. No place stands with it: a small estate is a name.
const anonymous = "A resident"

// Published reports whether letters of a type are open for everybody to read.
func Published(slug string) bool { return slug == OpenLetter.Slug }

// Whom names a recipient in running text.
func Whom(r models.Recipient) string { return to(r) }

// agreedThat completes "The resident agrees that".
var agreedThat = map[models.Purpose]string{ //nolint:exhaustive // the others are not about words in letters
	models.PurposeQuote:    "the branch prints their words",
	models.PurposeMP:       "their words go to a Member of Parliament",
	models.PurposeMinister: "their words go to ministers",
	models.PurposePress:    "their words go to the press or stand in an open letter",
}

// Unquotable says why a resident's words may not stand in a letter to a recipient of a role, a sentence; "" where they may. A purpose that is
// not in states was never asked. published is true of an open letter.
func Unquotable(states map[models.Purpose]models.ConsentState, role models.RecipientRole, published bool) string {
	for _, p := range models.QuoteNeeds(role, published) {
		switch s := states[p]; {
		case s.Holds:
		case !s.Asked:
			return fmt.Sprintf("The resident was not asked whether they agree that %s.", agreedThat[p])
		case s.Lapsed:
			return fmt.Sprintf("The resident's consent that %s ran out on %s.", agreedThat[p], s.RenewBy.Long())
		default:
			return fmt.Sprintf("Since %s the resident does not agree that %s.", s.On.Long(), agreedThat[p])
		}
	}
	return ""
}

// QuoteName is the name that may stand under a quote: of the full name as much as the answer to PurposeQuote allows. firstName is which part of
// it is the first name; "" takes the first word.
func QuoteName(v models.ConsentValue, fullName, firstName string) string {
	fullName = strings.Join(strings.Fields(fullName), " ")
	switch v {
	case models.ConsentFullName:
		return fullName
	case models.ConsentFirstName:
		if firstName == "" {
			firstName, _, _ = strings.Cut(fullName, " ")
		}
		return firstName
	case models.ConsentNo, models.ConsentYes, models.ConsentAnonymous:
	}
	return ""
}

// signed is who said a quote, and when.
func (q Quote) signed() string {
	name := q.Name
	if name == "" {
		name = anonymous
	}
	return name + ", " + q.SaidOn.Long()
}

// quote finds the quote that a placeholder names, where it may stand in this letter.
func (fl *filler) quote(p Placeholder) (Quote, bool) {
	for _, q := range fl.f.Quotes {
		if fmt.Sprint(q.Number) != p.arg(0) {
			continue
		}
		switch {
		case q.Refused != "":
			fl.wrong(p, "%s Take %s out, or ask them, and write down their answer.", q.Refused, p.Raw)
		case !fl.f.On.IsZero() && q.SaidOn > fl.f.On:
			fl.wrong(p, "Quote %d was said on %s, after the date of the letter, %s. Take %s out, or date the letter later.", q.Number, q.SaidOn.Long(), fl.f.On.Long(), p.Raw)
		default:
			fl.quoted(q.ID, q.Name)
			return q, true
		}
		return Quote{}, false
	}
	fl.wrong(p, "There is no quote “%s”. Write its number from the list of quotes, such as {quote:1}, or take %s out.", p.arg(0), p.Raw)
	return Quote{}, false
}

// quoted keeps that a quote is printed. Under a name counts more than without one.
func (fl *filler) quoted(id int64, as string) {
	for i := range fl.printed {
		if fl.printed[i].ID == id {
			if as != "" {
				fl.printed[i].As = as
			}
			return
		}
	}
	fl.printed = append(fl.printed, Quoted{ID: id, As: as})
}

// quoteBlock is a quote that stands by itself.
func (fl *filler) quoteBlock(p Placeholder) string {
	q, ok := fl.quote(p)
	if !ok {
		return ""
	}
	return "> " + fl.mark(markLive, "“"+Escape(q.Text)+"”") + "\n>\n> " + fl.mark(markLive, "— "+Escape(q.signed())) + "\n"
}

// quoteInline is a quote inside a sentence, plain text.
func (fl *filler) quoteInline(p Placeholder) string {
	q, ok := fl.quote(p)
	if !ok {
		return ""
	}
	return "“" + q.Text + "” (" + q.signed() + ")"
}

// quoteLines are the quotes of a list, at most so many, of a theme where one is wanted. Like the reports beside them they bear no name:
// whoever agreed to a name is named where the writer chose their words, with {quote:12}.
func (fl *filler) quoteLines(most int, theme string) string {
	var b strings.Builder
	for _, q := range fl.f.Quotes {
		if q.Refused != "" || most <= 0 || (theme != "" && slug(q.Theme) != theme) || (!fl.f.On.IsZero() && q.SaidOn > fl.f.On) {
			continue
		}
		most--
		fl.quoted(q.ID, "")
		fmt.Fprintf(&b, "- %s\n", fl.mark(markLive, q.SaidOn.Long()+": “"+Escape(q.Text)+"”"))
	}
	return b.String()
}
