package intake

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
)

// Messages returns what the branch and the teller wrote to one another, in order; what the branch wrote is read with that.
func (s *Service) Messages(ctx context.Context, x Session) ([]models.StoryMessage, error) {
	var ms []models.StoryMessage
	err := s.st.Tx(ctx, func(tx *store.Store) (err error) {
		if ms, err = tx.StoryMessages(ctx, x.BranchID, x.StoryID); err != nil {
			return err
		}
		for _, m := range ms {
			if m.Sender == models.FromBranch && m.ReadAt == nil {
				return tx.ReadStoryMessages(ctx, x.BranchID, x.StoryID, models.FromBranch)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return ms, nil
}

// Reply writes to the branch, on the page of a story that was sent. Invalid where nothing, or too much, is written.
func (s *Service) Reply(ctx context.Context, x Session, body string) error {
	body = clean(body)
	switch n := utf8.RuneCountInString(body); {
	case body == "":
		return catalogue.Invalid("body", "error.reply.empty")
	case n > maxText:
		return catalogue.Invalid("body", "error.long", "N", n, "Most", maxText)
	}
	if !s.tries.take("reply", strconv.FormatInt(x.StoryID, 10), s.Limits.Replies, time.Hour) {
		return catalogue.Errorf(models.CodeTooMany, "error.reply.too_many")
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID)
		if err != nil {
			return err
		}
		switch story.State { //nolint:exhaustive // the others take messages
		case models.StoryDraft:
			return catalogue.Errorf(models.CodeUnready, "error.draft")
		case models.StoryErased:
			return gone()
		}
		m := models.StoryMessage{BranchID: x.BranchID, StoryID: x.StoryID, Sender: models.FromTeller, Body: body, Lang: known(x.Lang), RecordedBy: x.AccountID}
		if err := tx.AddStoryMessage(ctx, &m); err != nil {
			return err
		}
		if err := tx.MarkStoryUnread(ctx, x.BranchID, x.StoryID); err != nil {
			return err
		}
		return tx.AddAudit(ctx, x.actor(), "story.replied", story.Ref, "")
	})
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	return nil
}
