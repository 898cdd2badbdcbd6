package views

import (
	"commoncase/models"
	"commoncase/views/components"
)

// ReferralCheck is one line of the readiness check.
type ReferralCheck struct {
	Title string
	State string // done, missing, warning
	Found string
	Mend  string
	Href  string // where to mend it; "" where nowhere
}

// ReferralPage is the readiness check of a case.
type ReferralPage struct {
	Page
	Case     models.Case
	Checks   []ReferralCheck
	Ready    bool
	Missing  int
	Exhibits []models.Attachment
	Breaches int
}

func bundleButton(ready bool) string {
	if ready {
		return "Download the bundle"
	}
	return "Download a draft of the bundle"
}

func checkTag(state string) components.TagProps {
	switch state {
	case "done":
		return components.TagProps{Text: "In order", Colour: components.TagGood}
	case "missing":
		return components.TagProps{Text: "Missing", Colour: components.TagBad}
	}
	return components.TagProps{Text: "Look at this", Colour: components.TagDue}
}
