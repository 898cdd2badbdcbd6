package demo

import (
	"bytes"
	"image/jpeg"
	"testing"
	"time"

	"commoncase/models"
	"commoncase/models/civil"
)

func TestScript(t *testing.T) {
	today := civil.On(2026, time.November, 20) // a Friday
	got, err := script(`
		2023-05-05 complaint_made email id=c ref=HV-1 : Complaint: with a colon.
		+ photo mould-1 | The wall
		^+10w extension_notified until=+3w
		-1w contact_attempt phone answered
		-30d determination finding=severe_maladministration by=secretary rec=-1w
		+0d order_due
		-1d hazard_reported phone at=16:40 urgency=emergency category=damp_mould id=h minutes=25
		+0d made_safe about=h half_days=1
		+0d letter_checked about=c items=reasons,stage
		+0d request_made procedure=subject_access`, today)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		kind models.Kind
		on   string
	}{
		{models.KindComplaintMade, "2023-05-05"},
		{models.KindExtensionNotified, "2023-05-22"}, // ten working days on, over the bank holiday of the coronation
		{models.KindContactAttempt, "2026-11-19"},
		{models.KindDetermination, "2026-10-21"},
		{models.KindOrderDue, "2026-11-20"},
		{models.KindHazardReported, "2026-11-19"},
		{models.KindMadeSafe, "2026-11-20"},
	} {
		if got[i].kind != want.kind || got[i].on.String() != want.on {
			t.Errorf("line %d: %s of %s, want %s of %s", i, got[i].kind, got[i].on, want.kind, want.on)
		}
	}
	if e := got[0]; e.note != "Complaint: with a colon." || e.id != "c" || e.reference != "HV-1" || e.channel != models.ChannelEmail ||
		len(e.exhibits) != 1 || e.exhibits[0] != (exhibitLine{photo: "mould-1", title: "The wall"}) {
		t.Errorf("the first line: %+v", e)
	}
	if until := got[1].until.String(); until != "2026-11-25" {
		t.Errorf("until %s, want 2026-11-25", until)
	}
	if e := got[3]; !got[2].answered || e.finding != models.GradeSevereMaladministration || e.by != "secretary" || e.recorded.String() != "2026-11-19" {
		t.Errorf("answered %v, then %+v", got[2].answered, e)
	}
	if e := got[5]; e.at != civil.At(16, 40) || e.urgency != models.UrgencyEmergency || e.category != "damp_mould" || e.minutes != 25 || e.id != "h" {
		t.Errorf("the hazard: %+v", e)
	}
	if got[6].about != "h" || got[6].halfDays != 1 || got[7].items != "reasons stage" || got[8].procedure != models.ProcedureSubjectAccess {
		t.Errorf("what belongs to others: %+v", got[6:])
	}
}

func TestScriptRefuses(t *testing.T) {
	for _, text := range []string{"2023-05-05", "2023-02-30 note : n", "2023-05-05 frobnicated : n", "2023-05-05 note telepathy : n",
		"2023-05-05 note mood=good : n", "-3x note : n", "+0d made_safe at=25:00", "+0d note minutes=many", "+w note : n", "+ photo mould-1 | Hangs on nothing", "2023-05-05 note : n\n+ film mould | A film"} {
		if got, err := script(text, civil.On(2026, time.November, 20)); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

// The same name and day give the same photo, another name another; each opens as a JPEG and carries what a telephone writes.
func TestPhoto(t *testing.T) {
	on := civil.On(2026, time.March, 4)
	seen := map[string]string{}
	for _, name := range []string{"early-1", "mould-2", "mould-4", "painted-1", "return-1", "stain-1", "window-1", "meter-1"} {
		a, err := photo(name, on)
		if err != nil {
			t.Fatal(err)
		}
		b, err := photo(name, on)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs from time to time (%v)", name, err)
		}
		if other, taken := seen[string(a)]; taken {
			t.Errorf("%s is the same as %s", name, other)
		}
		seen[string(a)] = name
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(a))
		if err != nil || cfg.Width != photoWidth || cfg.Height != photoHeight {
			t.Errorf("%s: %d by %d, error %v", name, cfg.Width, cfg.Height, err)
		}
		if len(a) > 250_000 || !bytes.Contains(a, []byte("2026:03:04")) {
			t.Errorf("%s: %d bytes, or without its day", name, len(a))
		}
	}
	if _, err := photo("selfie-1", on); err == nil {
		t.Error("a photo of an unknown kind was drawn")
	}
}
