package catalogue

import "commoncase/models"

// Agreed is the sentence that an answer to a purpose stands under, and that is kept with it: what was asked, and of a quote also which name
// may stand beneath.
func (t Text) Agreed(p models.Purpose, v models.ConsentValue) string {
	s := t.T("consent." + string(p) + ".ask")
	if p == models.PurposeQuote && v != "" && v != models.ConsentNo {
		s += " " + t.T("consent.quote."+string(v))
	}
	return s
}
