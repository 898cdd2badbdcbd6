package casework_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// A neighbour's photo that was joined to somebody's case is for the branch: the member of the case sees it nowhere, signed in or with a code.
func TestAFileOfAJoinedStoryIsNotTheMembersOfTheCase(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw := d.actor(d.a, access.Caseworker)
		ours := d.tell(d.a, 1, "2023-07-01", told("Mill Lane", "12 Wren House", models.ThemeDampMould), nil)
		own := models.StoryFile{BranchID: d.a.ID, StoryID: ours.ID, Purpose: models.FileEvidence, State: models.FileReady, MediaType: models.TypeJPEG, Name: "ours.jpg", Hash: d.put("own photo"), Copy: d.put("own copy"), Pages: 1, Size: 9, Arrived: 9}
		d.must(d.st.AddStoryFile(ctx, &own))
		c, err := d.TurnIntoCase(ctx, cw, turning(ours))
		d.must(err)
		theirs := d.tell(d.a, 2, "2023-07-02", told("Mill Lane", "14 Wren House", models.ThemeDampMould), nil)
		f := models.StoryFile{BranchID: d.a.ID, StoryID: theirs.ID, Purpose: models.FileEvidence, State: models.FileReady, MediaType: models.TypeJPEG, Name: "bedroom of Siobhan.jpg",
			Hash: d.put("neighbours original"), Copy: d.put("neighbours copy"), Pages: 1, Size: 9, Arrived: 9}
		d.must(d.st.AddStoryFile(ctx, &f))
		_, err = d.JoinCase(ctx, cw, theirs.Ref, theirs.Version, c.Ref)
		d.must(err)

		x, err := d.Takeaway(ctx, models.Teller{BranchID: d.a.ID, StoryID: ours.ID}, "en")
		d.must(err)
		mine := false
		for name, body := range unzip(t, d, x) {
			mine = mine || strings.Contains(body, "own copy")
			if strings.Contains(name+body, "neighbours") || strings.Contains(name+body, "Siobhan") {
				t.Errorf("the export holds %s of somebody else", name)
			}
		}
		if !mine {
			t.Error("the export does not hold their own photo")
		}

		account := d.actor(d.a, access.Member)
		d.must(d.exec("UPDATE members SET account_id = ? WHERE id = ?", account.AccountID, c.MemberID))
		v, err := d.ReadCase(ctx, account, c.Ref)
		d.must(err)
		seen := 0
		for _, e := range v.Entries {
			for _, x := range e.Files {
				seen++
				if x.Name == f.Name {
					t.Error("the member's page shows a neighbour's photo")
				}
			}
		}
		if seen != 1 {
			t.Errorf("the member sees %d files, want their own", seen)
		}
		whole, err := d.ReadCase(ctx, cw, c.Ref)
		d.must(err)
		for _, e := range whole.Entries {
			for _, x := range e.Files {
				r, err := func() (any, error) { _, r, err := d.File(ctx, account, c.Ref, x.ID, false); return r, err }()
				if got := models.CodeOf(err) == models.CodeNotFound; got != (x.Name == f.Name) {
					t.Errorf("%s: %v, %v", x.Name, r, err)
				}
				_, kept, err := d.File(ctx, cw, c.Ref, x.ID, false)
				d.must(err)
				d.must(kept.Close())
			}
		}
	})
}

// What a teller agreed to goes back with their story when the step that made a case of it is undone: what they take back then, or have erased, must not live on in
// the case that was opened from it.
func TestACaseWhoseStoryWentBack(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw, guardian := d.actor(d.a, access.Caseworker), d.actor(d.a, access.Guardian)
		x := d.tell(d.a, 1, "2023-07-01", told("Mill Lane", "12 Wren House", models.ThemeDampMould), nil)
		c, err := d.TurnIntoCase(ctx, cw, turning(x))
		d.must(err)
		v, err := d.ReadCase(ctx, cw, c.Ref)
		d.must(err)
		_, err = d.LogEvent(ctx, cw, casework.LogEvent{Ref: c.Ref, Version: v.Case.Version, Kind: models.KindNote, On: civil.MustParse("2023-07-02"), Note: "Rang them."})
		d.must(err)
		story := d.story(cw, x.Ref)
		d.must(d.UndoStory(ctx, cw, x.Ref, story.Story.Version, story.Undo.Move.ID))

		if n, err := d.st.Uncounted(ctx, d.a.ID); err != nil || n != 1 {
			t.Errorf("%d cases are left out of figures, want the one whose consent went back with its story: %v", n, err)
		}
		if of, err := d.ConsentsOfCase(ctx, cw, c.Ref); err != nil || of.May {
			t.Errorf("the branch may still write for them: %v", err)
		}

		teller := models.Teller{BranchID: d.a.ID, StoryID: x.ID}
		d.must(d.AskErasure(ctx, teller, ""))
		plan, err := d.ErasurePlan(ctx, guardian, 1)
		if err != nil || len(plan.Refs) != 2 {
			t.Errorf("the plan names %v, want the story and its case: %v", plan.Refs, err)
		}
		d.must(d.Erase(ctx, guardian, 1))
		for table, rows := range d.dump() {
			for _, word := range []string{"Łukasz", "Schimmel", "12 Wren House", "Mould in the bedroom"} {
				if strings.Contains(rows, word) {
					t.Errorf("%s still holds %q", table, word)
				}
			}
		}
	})
}

// The same case, turned into again, is counted and may be written for as its teller agreed.
func TestACaseWhoseStoryCameAgain(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw := d.actor(d.a, access.Caseworker)
		x := d.tell(d.a, 1, "2023-07-01", told("Mill Lane", "12 Wren House", models.ThemeDampMould), nil)
		c, err := d.TurnIntoCase(ctx, cw, turning(x))
		d.must(err)
		story := d.story(cw, x.Ref)
		d.must(d.UndoStory(ctx, cw, x.Ref, story.Story.Version, story.Undo.Move.ID))
		x = d.story(cw, x.Ref).Story
		again, err := d.TurnIntoCase(ctx, cw, turning(x))
		d.must(err)
		if again.Ref != c.Ref {
			t.Errorf("case %s, want %s", again.Ref, c.Ref)
		}
		if n, err := d.st.Uncounted(ctx, d.a.ID); err != nil || n != 0 {
			t.Errorf("%d cases are left out of figures: %v", n, err)
		}
		if of, err := d.ConsentsOfCase(ctx, cw, c.Ref); err != nil || !of.May {
			t.Errorf("the branch may not write for them: %v", err)
		}
	})
}

// Whoever gets hold of a copy of the database after an erasure finds nothing between its rows either.
func TestNothingIsLeftInTheFileOfTheDatabase(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		if d.pg {
			return // it has no one file: its pages are cleared by VACUUM
		}
		ctx := t.Context()
		var long models.Answers
		for range 60 { // of a row that fits on no page, and so lies on pages of its own
			long.Story += "zqxmould behind the bed, and nobody came. "
			long.Story += strings.Repeat("and again ", 10)
		}
		var wishes []int64
		for i, a := range []models.Answers{long, told("Mill Lane", "12 zqxmould House", models.ThemeDampMould)} {
			x := d.tell(d.a, int64(i+1), "2023-07-01", a, nil)
			d.must(d.AskErasure(ctx, models.Teller{BranchID: d.a.ID, StoryID: x.ID}, "zqxmould"))
			wishes = append(wishes, int64(i+1))
		}
		read := func() int {
			d.must(d.exec("PRAGMA wal_checkpoint(TRUNCATE)"))
			var n int
			var name, path string
			d.must(d.db.QueryRowContext(ctx, "PRAGMA database_list").Scan(&n, &name, &path))
			body, err := os.ReadFile(path)
			d.must(err)
			return bytes.Count(body, []byte("zqxmould"))
		}
		if read() == 0 {
			t.Fatal("the words are not in the file to begin with")
		}
		for _, id := range wishes {
			d.must(d.Erase(ctx, d.actor(d.a, access.Guardian), id))
		}
		if n := read(); n != 0 {
			t.Errorf("the file of the database holds the words %d times", n)
		}
	})
}
