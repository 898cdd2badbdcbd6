package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed minister.md
var minister string

// Minister is the letter to the minister: what happened, what residents told, what the Ombudsman published, and what is asked.
var Minister = Type{
	Slug:    "minister",
	Name:    "Letter to the minister",
	Purpose: "Puts what happened, what residents told and what the Ombudsman published before the minister, and says what is asked.",
	For:     []models.RecipientRole{models.RecipientMinister},
	Title: func(f Facts) string {
		return f.Landlord.Name + ": what residents have been through, and what we ask of you"
	},
	SignOff:  []string{"Branch secretary"},
	Template: minister,
}
