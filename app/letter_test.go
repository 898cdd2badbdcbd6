package app_test

import (
	"bytes"
	"testing"
	"time"

	"commoncase/app"
	"commoncase/app/campaign"
	"commoncase/app/config"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// A draft can be printed on any day: also where its period is still to begin, so that there is nothing to count yet.
func TestPrintLetterBeforeItsPeriod(t *testing.T) {
	now := time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)
	a, err := app.New(t.Context(), config.Config{DataDir: t.TempDir(), Addr: "127.0.0.1:0", BaseURL: "http://localhost:8080"},
		app.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.People.FoundBranch(t.Context(), models.Landlord{Slug: "harbour", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true},
		models.Branch{Slug: "north", Name: "North branch", Prefix: "NOR"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.People.AddAccount(t.Context(), "niamh@north.example", "Niamh Ní Bhriain", "lantern quay harbour", "north", access.Organiser); err != nil {
		t.Fatal(err)
	}
	who, err := a.People.ActorIn(t.Context(), "niamh@north.example", "north")
	if err != nil {
		t.Fatal(err)
	}
	to, err := a.Campaign.AddRecipient(t.Context(), who, models.Recipient{Role: models.RecipientChiefExecutive, Office: "The Chief Executive", Organisation: "Harbour & Vale Homes"})
	if err != nil {
		t.Fatal(err)
	}
	draft, _, err := a.Campaign.DraftLetter(t.Context(), who, campaign.DraftLetter{Type: letters.OpenLetter.Slug, RecipientID: to.ID})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Campaign.EditLetter(t.Context(), who, campaign.EditLetter{Ref: draft.Ref, Version: draft.Version, Title: draft.Title, RecipientID: to.ID,
		Body: draft.Body, SignOff: draft.SignOff, From: civil.On(2025, time.July, 1), To: civil.On(2025, time.December, 31)})
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []time.Duration{0, 60 * 24 * time.Hour} {
		now = now.Add(day)
		var pdf bytes.Buffer
		if err := a.PrintLetter(t.Context(), who, draft.Ref, &pdf); err != nil || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) {
			t.Errorf("on %s: %v", civil.Of(now).Long(), err)
		}
	}
}
