package intake

import (
	"context"
	"fmt"
	"io"
	"strings"

	"commoncase/app/document"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// mostPapers is how many paper forms are made at a time.
const mostPapers = 20

// PaperForms says which paper forms are wanted.
type PaperForms struct {
	Lang   string // of the catalogue
	Large  bool   // large print
	Copies int    // from 1 to 20
	Site   string // where the code is typed in
	Advice string // who gives free advice, with the number; "" prints nothing of it
}

// WritePaperForms writes paper forms as one PDF, each with a fresh code. The codes are kept nowhere: one opens something once its form was typed in.
func (s *Service) WritePaperForms(ctx context.Context, actor models.Actor, x PaperForms, w io.Writer) error {
	if err := actor.Can(access.TakeDown); err != nil {
		return err
	}
	if !catalogue.Known(x.Lang) {
		return models.Invalid("lang", "Choose a language.")
	}
	if x.Copies < 1 || x.Copies > mostPapers {
		return models.Invalid("copies", "Enter a number from 1 to %d. Make more in a second go.", mostPapers)
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return err
	}
	var address []string
	if branch.Address != "" {
		address = strings.Split(branch.Address, "\n")
	}
	docs := make([]document.PaperDoc, x.Copies)
	for i := range docs {
		docs[i] = document.PaperDoc{Lang: x.Lang, Large: x.Large, Branch: branch.Name, Landlord: landlord.Name, Return: address, Email: branch.Email, Site: x.Site,
			Advice: x.Advice, Code: NewCode(), On: civil.Of(s.now())}
	}
	if err := document.PaperForms(w, docs); err != nil {
		return fmt.Errorf("paper forms: %w", err)
	}
	return s.st.AddAudit(ctx, actor, "papers.made", "", fmt.Sprintf("%d forms", x.Copies))
}
