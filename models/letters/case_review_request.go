package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_review_request.md
var reviewRequestText string

var reviewRequest = CaseType{
	Slug:     "review-request",
	Name:     "Request for a review",
	Purpose:  "Asks the Ombudsman to look again at its determination, on facts.",
	To:       ombudsman,
	Subject:  "Request for a review of the determination",
	Template: reviewRequestText,
	Event:    func(CaseFacts) models.Event { return models.Event{Kind: models.KindReviewRequested} },
	Fits: func(f CaseFacts) Fit {
		if e, ok := f.last(models.KindReviewRequested); ok {
			return notYet(0, "A review was asked for on %s.", e.On.Long())
		}
		w, ok := f.review()
		switch {
		case !f.has(models.KindDetermination):
			return notYet(0, "No determination of the Ombudsman is logged, so there is none to review.")
		case ok && f.On > w.Closes:
			return notYet(0, "The time for asking ended on %s (%s).", w.Closes.Long(), w.Rule.Cite())
		}
		return Fit{}
	},
	Reply: workingDays(ordinaryReply),
	Warn: func(f CaseFacts) []string {
		out := []string{"A review that only repeats that the outcome is wrong does not help. Name the fact, and the paper that shows it."}
		if w, ok := f.review(); ok {
			out = append(out, w.Rule.Text+" The last day is "+w.Closes.Long()+".")
		}
		return out
	},
}
