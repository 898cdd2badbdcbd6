package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"commoncase/app/campaign"
	"commoncase/app/evidence"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// loadLetters loads the demands, the recipients and the letters of the real campaign, with what became of them.
func (l *loader) loadLetters(ctx context.Context, actor models.Actor, src *realData) error {
	if err := l.addDemands(ctx, actor, src.Points, src.Measures); err != nil {
		return err
	}
	to, err := l.addRecipients(ctx, actor, src.Recipients)
	if err != nil {
		return err
	}
	for _, r := range src.Records {
		cmd := campaign.RecordLetter{Title: r.Title, RecipientID: to[r.To], Note: r.Note, Source: r.Source}
		if cmd.SentOn, err = civil.Parse(r.On); err != nil {
			return err
		}
		if cmd.ReplyDue, err = optionalDay(r.ReplyDue, l.today); err != nil {
			return err
		}
		letter, err := l.rooms.Campaign.RecordLetter(ctx, actor, cmd)
		if err != nil {
			return err
		}
		if err := l.follow(ctx, actor, letter.Ref, r.Events); err != nil {
			return err
		}
	}
	// The letter to the minister is written first: on its day the open letter has not been sent yet.
	minister, err := l.finalLetter(ctx, actor, letters.Minister.Slug, to, src.MinisterLetter)
	if err != nil {
		return err
	}
	open, err := l.finalLetter(ctx, actor, letters.OpenLetter.Slug, to, src.OpenLetter)
	if err != nil {
		return err
	}
	sent := src.OpenLetter.Sent
	sent.On, sent.Kind = src.OpenLetter.On, models.LetterSent
	if err := l.follow(ctx, actor, open, append([]letterEventData{sent}, src.OpenLetter.Events...)); err != nil {
		return err
	}
	l.out.OpenLetter, l.out.MinisterLetter = open, minister
	return nil
}

func (l *loader) addDemands(ctx context.Context, actor models.Actor, points []pointData, measures map[int]string) error {
	number := 0
	for i, p := range points {
		for _, text := range p.Demands {
			number++
			cmd := campaign.AddDemand{Number: number, Point: i + 1, PointTitle: p.Title, Text: text, Measure: measures[number]}
			if _, err := l.rooms.Campaign.AddDemand(ctx, actor, cmd); err != nil {
				return fmt.Errorf("demand %d: %w", number, err)
			}
		}
	}
	return nil
}

// addRecipients adds recipients, the chief executive first, and returns their ids by their name in the data.
func (l *loader) addRecipients(ctx context.Context, actor models.Actor, src map[string]recipientData) (map[string]int64, error) {
	ids := map[string]int64{}
	for _, name := range []string{"chief-executive", "minister"} {
		r, ok := src[name]
		if !ok {
			continue
		}
		added, err := l.rooms.Campaign.AddRecipient(ctx, actor, models.Recipient{Role: r.Role, Office: r.Office, Organisation: r.Organisation, Address: r.Address})
		if err != nil {
			return nil, fmt.Errorf("recipient %s: %w", name, err)
		}
		ids[name] = added.ID
	}
	return ids, nil
}

// finalLetter drafts a letter from its type and finalises it on the day that the clock stands at, and returns its reference.
func (l *loader) finalLetter(ctx context.Context, actor models.Actor, kind string, to map[string]int64, src letterData) (string, error) {
	cmd := campaign.DraftLetter{Type: kind, RecipientID: to[src.To], Mandate: src.Mandate, SignOff: strings.Join(src.SignOff, "\n")}
	var err error
	if cmd.On, err = civil.Parse(src.On); err != nil {
		return "", err
	}
	if cmd.From, err = civil.Parse(src.From); err != nil {
		return "", err
	}
	if cmd.To, err = civil.Parse(src.Until); err != nil {
		return "", err
	}
	if cmd.Figures, err = l.rooms.Evidence.Figures(ctx, actor, evidence.Query{From: cmd.From, To: cmd.To}); err != nil {
		return "", err
	}
	draft, _, err := l.rooms.Campaign.DraftLetter(ctx, actor, cmd)
	if err != nil {
		return "", fmt.Errorf("draft a letter of the type %s: %w", kind, err)
	}
	final, err := l.rooms.Campaign.FinaliseLetter(ctx, actor,
		campaign.FinaliseLetter{Ref: draft.Ref, Version: draft.Version, DatedOn: cmd.On, Figures: cmd.Figures})
	if err != nil {
		return "", fmt.Errorf("finalise letter %s: %w", draft.Ref, err)
	}
	return final.Ref, nil
}

// follow records what became of a letter, each step on its own day, or when the clock already stands later, as told afterwards.
func (l *loader) follow(ctx context.Context, actor models.Actor, ref string, events []letterEventData) error {
	for _, e := range events {
		on, err := civil.Parse(e.On)
		if err != nil {
			return err
		}
		if civil.Of(l.clock.Now()) < on {
			l.clock.set(at(on, 9*time.Hour))
		}
		if _, err := l.rooms.Campaign.LogLetterEvent(ctx, actor, campaign.LogLetterEvent{Ref: ref, Kind: e.Kind, On: on, Note: e.Note, Source: e.Source}); err != nil {
			return fmt.Errorf("letter %s: %w", ref, err)
		}
	}
	return nil
}

// draftLetter starts the invented branch's open letter, with figures from its cases of the last twelve months.
func (l *loader) draftLetter(ctx context.Context, src *inventedData) error {
	actor := l.actor(src.Branch.Slug, access.Organiser)
	l.setTime(l.today, 0)
	if err := l.addDemands(ctx, actor, src.Points, nil); err != nil {
		return err
	}
	to, err := l.addRecipients(ctx, actor, src.Recipients)
	if err != nil {
		return err
	}
	q := l.rooms.Evidence.LastYear()
	figures, err := l.rooms.Evidence.Figures(ctx, actor, q)
	if err != nil {
		return err
	}
	draft, _, err := l.rooms.Campaign.DraftLetter(ctx, actor, campaign.DraftLetter{Type: letters.OpenLetter.Slug, RecipientID: to[src.OpenLetter.To],
		SignOff: strings.Join(src.OpenLetter.SignOff, "\n"), Mandate: src.OpenLetter.Mandate, From: q.From, Figures: figures})
	if err != nil {
		return fmt.Errorf("draft the open letter of the invented branch: %w", err)
	}
	l.out.DraftLetter = draft.Ref
	return nil
}
