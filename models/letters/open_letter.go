package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed open_letter.md
var openLetter string

// OpenLetter is the open letter to the chief executive: what happened, what the record shows, the demands point by point.
var OpenLetter = Type{
	Slug:    "open-letter",
	Name:    "Open letter to the chief executive",
	Purpose: "Says in public what happened and what the record shows, and puts the branch's demands by number.",
	For:     []models.RecipientRole{models.RecipientChiefExecutive},
	Title: func(f Facts) string {
		if n := len(ByPoint(f.Demands)); n > 1 {
			return "Open letter: " + plural(len(f.Demands), "demand") + " in " + plural(n, "point")
		}
		return "Open letter to " + f.Landlord.Name
	},
	SignOff:  []string{"Branch secretary", "For the members of the branch"},
	Template: openLetter,
}
