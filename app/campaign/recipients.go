package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// RecipientRoles are the roles of recipients, in the order in which they are offered.
var RecipientRoles = []models.RecipientRole{models.RecipientChiefExecutive, models.RecipientMinister, models.RecipientMP,
	models.RecipientRegulator, models.RecipientPress}

// Recipients returns those whom the branch writes to.
func (s *Service) Recipients(ctx context.Context, actor models.Actor) ([]models.Recipient, error) {
	if err := actor.Can(access.SeeLetters); err != nil {
		return nil, err
	}
	return s.st.Recipients(ctx, actor.BranchID)
}

// Recipient returns one of them.
func (s *Service) Recipient(ctx context.Context, actor models.Actor, id int64) (models.Recipient, error) {
	if err := actor.Can(access.SeeLetters); err != nil {
		return models.Recipient{}, err
	}
	return s.st.Recipient(ctx, actor.BranchID, id)
}

// RecipientMark names the state of a recipient: a form that carries an older one is told that somebody else changed it.
func RecipientMark(r models.Recipient) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", []string{string(r.Role), r.Name, r.Office, r.Organisation, r.Address, r.Constituency})))
	return hex.EncodeToString(sum[:8])
}

func checkRecipient(r *models.Recipient) error {
	tidy(&r.Name, &r.Office, &r.Organisation, &r.Address, &r.Constituency)
	var errs models.Errors
	if !slices.Contains(RecipientRoles, r.Role) {
		errs = append(errs, models.Invalid("role", "Choose what the recipient is."))
	}
	errs = append(errs, need("office", "the office as it stands on the envelope, such as “The Chief Executive”", r.Office, maxLine)...)
	errs = append(errs, tooLong("name", "the name", r.Name, maxLine)...)
	errs = append(errs, tooLong("organisation", "the organisation", r.Organisation, maxLine)...)
	errs = append(errs, tooLong("address", "the address", r.Address, 500)...)
	if n := len(strings.Split(r.Address, "\n")); n > 8 {
		errs = append(errs, models.Invalid("address", "The address has %d lines, and an envelope has room for 8. Shorten it.", n))
	}
	errs = append(errs, tooLong("constituency", "the constituency", r.Constituency, maxLine)...)
	if r.Role == models.RecipientMP && r.Constituency == "" {
		errs = append(errs, models.Invalid("constituency", "Enter the constituency of the Member of Parliament."))
	}
	return errs.Or()
}

// AddRecipient adds somebody to write to. ID and BranchID are filled in.
func (s *Service) AddRecipient(ctx context.Context, actor models.Actor, r models.Recipient) (models.Recipient, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return r, err
	}
	if err := checkRecipient(&r); err != nil {
		return r, err
	}
	r.ID, r.BranchID = 0, actor.BranchID
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddRecipient(ctx, &r); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "recipient.added", fmt.Sprintf("recipient %d", r.ID), r.Role.Label())
	})
	return r, err
}

// EditRecipient changes a recipient; mark is the RecipientMark of what the person looked at, "" to change whatever is there.
// Letters that are final keep the recipient that they were frozen with.
func (s *Service) EditRecipient(ctx context.Context, actor models.Actor, mark string, r models.Recipient) (models.Recipient, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return r, err
	}
	if err := checkRecipient(&r); err != nil {
		return r, err
	}
	r.BranchID = actor.BranchID
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		there, err := tx.LockRecipient(ctx, actor.BranchID, r.ID)
		if err != nil {
			return err
		}
		if mark != "" && mark != RecipientMark(there) {
			return models.Errorf(models.CodeConflict, "Somebody else changed this recipient while you were working on it. Look at what they wrote and save again.")
		}
		if err := tx.UpdateRecipient(ctx, &r); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "recipient.changed", fmt.Sprintf("recipient %d", r.ID), r.Role.Label())
	})
	return r, err
}
