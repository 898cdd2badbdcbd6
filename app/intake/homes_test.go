package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"commoncase/app/files"
	"commoncase/app/intake"
	"commoncase/app/people"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func migratedForHomes(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

// office is a use case under test with the secretaries of two branches.
type office struct {
	*intake.Service
	north, south models.Actor
	pass         func(time.Duration)
}

func eachOffice(t *testing.T, test func(t *testing.T, s office)) {
	storetest.Each(t, migratedForHomes, func(t *testing.T, url string) {
		now := time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		st, err := store.Open(t.Context(), url, clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		fs, err := files.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		p := people.New(st, clock)
		actor := func(slug, prefix string) models.Actor {
			if _, err := p.FoundBranch(t.Context(), models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale", Calendar: civil.EnglandAndWales, Invented: true},
				models.Branch{Slug: slug, Name: slug, Prefix: prefix}); err != nil {
				t.Fatal(err)
			}
			if _, err := p.AddAccount(t.Context(), slug+"@example.org", "Niamh Ní Bhriain", "lantern quay harbour", slug, access.Secretary); err != nil {
				t.Fatal(err)
			}
			a, err := p.ActorIn(t.Context(), slug+"@example.org", slug)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		test(t, office{Service: intake.New(st, fs, t.TempDir(), clock), north: actor("north", "NOR"), south: actor("south", "SOU"), pass: func(d time.Duration) { now = now.Add(d) }})
	})
}

// load imports a file as the secretary's two steps do.
func (s office) load(t *testing.T, actor models.Actor, file string) intake.HomesFile {
	t.Helper()
	seen, err := s.TryHomes(t.Context(), actor, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.ImportHomes(t.Context(), actor, seen.Token)
	if err != nil || n != seen.Homes {
		t.Fatalf("imported %d of %d: %v", n, seen.Homes, err)
	}
	return seen
}

func (s office) at(t *testing.T, branchID int64, postcode string) string {
	t.Helper()
	homes, err := s.Homes(t.Context(), branchID, postcode)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, h := range homes {
		lines = append(lines, h.Line+" ["+h.Area+"]")
	}
	return strings.Join(lines, "; ")
}

func TestAListOfHomesIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	eachOffice(t, func(t *testing.T, s office) {
		const want = "Flat 2, Wren House [Caffè Lane]; Flat 10, Wren House [Caffè Lane]"
		for name, file := range map[string]string{
			"commas":       "postcode,address,estate\nN1 2AB,\"Flat 10, Wren House\",Caffè Lane\nn12ab,\"Flat 2, Wren House\",Caffè Lane\n",
			"semicolons":   "\ufeffEstate;Post Code;Address\r\nCaffè Lane;N1 2AB;Flat 10, Wren House\r\nCaffè Lane;N1 2AB;Flat 2, Wren House\r\n",
			"tabs":         "ADDRESS\tPOSTCODE\tAREA\tUPRN\nFlat 10, Wren House\tN1 2AB\tCaffè Lane\t1\nFlat 2, Wren House\tN1 2AB\tCaffè Lane\t2",
			"windows-1252": "postcode,address,estate\nN1 2AB,\"Flat 10, Wren House\",Caff\xe8 Lane\nN1 2AB,\"Flat 2, Wren House\",Caff\xe8 Lane\n",
			"parts":        "Address Line 1,Address Line 2,Address 3,Postcode,Scheme name\nFlat 10,Wren House,,N1 2AB,Caffè Lane\nFlat 2,Wren House,,N1 2AB,Caffè Lane\n",
			"utf-16":       "\xff\xfe" + utf16le("postcode;address;estate\nN1 2AB;Flat 10, Wren House;Caffè Lane\nN1 2AB;Flat 2, Wren House;Caffè Lane\n"),
		} {
			if seen := s.load(t, s.north, file); seen.Homes != 2 || seen.Postcodes != 1 || seen.Areas != 1 || seen.Bad != 0 || seen.Twice != 0 {
				t.Errorf("%s: %+v", name, seen)
			}
			if got := s.at(t, s.north.BranchID, " n1 2ab"); got != want {
				t.Errorf("%s: at N1 2AB are %q", name, got)
			}
		}
		if got := s.at(t, s.south.BranchID, "N1 2AB"); got != "" {
			t.Errorf("the other branch has %q", got)
		}
		sheet, err := s.HomesSheet(t.Context(), s.north)
		if err != nil {
			t.Fatal(err)
		}
		s.load(t, s.south, string(sheet))
		if got := s.at(t, s.south.BranchID, "N1 2AB"); got != want {
			t.Errorf("exported and imported again: %q", got)
		}
		if err := s.DropHomes(t.Context(), s.north); err != nil {
			t.Fatal(err)
		}
		if n, s1 := s.at(t, s.north.BranchID, "N1 2AB"), s.at(t, s.south.BranchID, "N1 2AB"); n != "" || s1 != want {
			t.Errorf("after north dropped its list: north %q, south %q", n, s1)
		}
	})
}

func utf16le(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// A letter of two bytes may lie across two pieces of the file that are read one after the other.
func TestTheEncodingIsToldFromTheWholeFile(t *testing.T) {
	eachOffice(t, func(t *testing.T, s office) {
		for pad := range 4 {
			head := "postcode,address,estate\n"
			row := "N1 2AB," + strings.Repeat("x", 64<<10-len(head)-len("N1 2AB,")-2+pad-2) + "ü\n" // the address is refused; its bytes are read
			file := head + row + "N1 2AC,1 Würzburg Row,Quay\n"
			if seen, err := s.TryHomes(t.Context(), s.north, strings.NewReader(file)); err != nil || seen.Encoding != "UTF-8" || seen.Homes != 1 || seen.First[0].Line != "1 Würzburg Row" {
				t.Errorf("pad %d: %+v, %v", pad, seen, err)
			}
		}
		if seen, err := s.TryHomes(t.Context(), s.north, strings.NewReader("postcode,address\nN1 2AB,1 W\xfcrzburg Row\xc3")); err != nil || seen.Encoding != "Windows-1252" || seen.First[0].Line != "1 Würzburg RowÃ" {
			t.Errorf("cut short: %+v, %v", seen, err)
		}
	})
}

func TestLinesOfAListThatCannotBeRead(t *testing.T) {
	eachOffice(t, func(t *testing.T, s office) {
		s.load(t, s.north, "postcode,address\nN1 2AB,1 Old Row\n")
		file := "postcode,address,estate\n" +
			"N1 2AB,1 Mill Lane,Mill\n" + // 2
			",2 Mill Lane,Mill\n" + // 3
			"NOWHERE,3 Mill Lane,Mill\n" + // 4
			"N1 2AB,,Mill\n" + // 5
			"N1 2AB,5 \"Mill\" Lane,Mill\n" + // 6
			"n1 2ab,1 MILL LANE,Mill\n" + // 7: once more
			",,\n" + // 8: nothing
			"N1 2AB," + strings.Repeat("y", 201) + ",Mill\n" + // 9
			"N1 2AB,'=2+2 Mill Lane,Mill\n" // 10
		seen, err := s.TryHomes(t.Context(), s.north, strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var why []string
		for _, b := range seen.BadLines {
			why = append(why, fmt.Sprintf("%d %s", b.Line, b.Why))
		}
		const want = "3 It has no postcode.|4 What stands for the postcode is none.|5 It has no address.|6 It has a quotation mark in the wrong place.|9 The address is longer than 200 characters."
		if got := strings.Join(why, "|"); got != want || seen.Bad != 5 || seen.Twice != 1 || seen.Homes != 2 || seen.First[1].Line != "=2+2 Mill Lane" || seen.Now.Homes != 1 {
			t.Errorf("%s\n%+v", got, seen)
		}
		if got := s.at(t, s.north.BranchID, "N1 2AB"); got != "1 Old Row []" {
			t.Errorf("the preview changed the list: %q", got)
		}
		// The list stands where a file is no good, and where another was chosen meanwhile.
		for name, tc := range map[string]struct {
			file string
			code models.Code
		}{
			"nothing":     {"", models.CodeInvalid},
			"no address":  {"postcode,town\nN1 2AB,York\n", models.CodeInvalid},
			"no homes":    {"postcode,address\nX,1 Mill Lane\n", models.CodeInvalid},
			"head alone":  {"postcode,address\n", models.CodeInvalid},
			"a workbook":  {"PK\x03\x04\x00\x00", models.CodeBadFile},
			"a picture":   {"\x89PNG\r\n\x1a\n\x00\x00", models.CodeBadFile},
			"broken head": {"\"postcode,address\n", models.CodeInvalid},
		} {
			if _, err := s.TryHomes(t.Context(), s.north, strings.NewReader(tc.file)); models.CodeOf(err) != tc.code {
				t.Errorf("%s: %v, want %s", name, err, tc.code)
			}
		}
		if _, err := s.ImportHomes(t.Context(), s.south, seen.Token); models.CodeOf(err) != models.CodeUnready {
			t.Errorf("another branch's file: %v", err)
		}
		other, err := s.TryHomes(t.Context(), s.north, strings.NewReader("postcode,address\nN1 2AB,9 New Row\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportHomes(t.Context(), s.north, seen.Token); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a file that another took the place of: %v", err)
		}
		if got := s.at(t, s.north.BranchID, "N1 2AB"); got != "1 Old Row []" {
			t.Errorf("the list is %q", got)
		}
		if n, err := s.ImportHomes(t.Context(), s.north, other.Token); err != nil || n != 1 {
			t.Error(n, err)
		}
		if _, err := s.ImportHomes(t.Context(), s.north, other.Token); models.CodeOf(err) != models.CodeUnready {
			t.Errorf("twice: %v", err)
		}
		if got := s.at(t, s.north.BranchID, "N1 2AB"); got != "9 New Row []" {
			t.Errorf("the list is %q", got)
		}
	})
}

// The list cannot be walked through by somebody who tells a story.
func TestLookUpsAreCounted(t *testing.T) {
	eachOffice(t, func(t *testing.T, s office) {
		s.load(t, s.north, "postcode,address\nN1 2AB,1 Mill Lane\n")
		teller := intake.Session{Teller: models.Teller{BranchID: s.north.BranchID, StoryID: 7}}
		other := intake.Session{Teller: models.Teller{BranchID: s.north.BranchID, StoryID: 8}}
		for i := range 60 {
			if homes, err := s.LookUp(t.Context(), teller, "N1 2AB"); err != nil || len(homes) != 1 {
				t.Fatalf("look-up %d: %v, %v", i, homes, err)
			}
		}
		if _, err := s.LookUp(t.Context(), teller, "N1 2AB"); models.CodeOf(err) != models.CodeTooMany {
			t.Errorf("look-up 61: %v", err)
		}
		if _, err := s.LookUp(t.Context(), other, "N1 2AB"); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		s.pass(time.Hour)
		if _, err := s.LookUp(t.Context(), teller, "N1 2AB"); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

func TestAPostcodeGivesTwoHundredHomesAtMost(t *testing.T) {
	eachOffice(t, func(t *testing.T, s office) {
		var b strings.Builder
		b.WriteString("postcode,address\n")
		for i := 600; i > 0; i-- {
			fmt.Fprintf(&b, "N1 2AB,%d Tower\n", i)
		}
		s.load(t, s.north, b.String())
		homes, err := s.Homes(t.Context(), s.north.BranchID, "N1 2AB")
		if err != nil || len(homes) != 200 || homes[0].Line != "1 Tower" || homes[199].Line != "200 Tower" {
			t.Errorf("%d homes, from %v: %v", len(homes), homes[0], err)
		}
	})
}

// A landlord of 125,000 homes: the largest in England.
func TestTheHomesOfALargeLandlord(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("postcode,address,estate\n")
	const homes = 125_000
	for i := range homes {
		street := i / 25
		fmt.Fprintf(&b, "%c%d %d%c%c,\"Flat %d, %d Invented Street\",Estate %d\n", 'A'+street/2600%26, street/260%10+1, street%10, 'A'+street/10%26, 'B', i%25+1, street, street/100)
	}
	file := b.Bytes()
	eachOffice(t, func(t *testing.T, s office) {
		began := time.Now()
		seen, err := s.TryHomes(t.Context(), s.north, bytes.NewReader(file))
		if err != nil || seen.Homes != homes {
			t.Fatalf("%+v, %v", seen, err)
		}
		tried := time.Since(began)
		for range 2 { // into an empty list, and in the place of one
			if _, err := s.TryHomes(t.Context(), s.north, bytes.NewReader(file)); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			began = time.Now()
			n, err := s.ImportHomes(t.Context(), s.north, seen.Token)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if err != nil || n != homes {
				t.Fatal(n, err)
			}
			grew := (int64(after.HeapSys) - int64(before.HeapSys)) >> 20
			t.Logf("read in %v, imported in %v, the heap grew by %d MB", tried, took, grew)
			if took > 60*time.Second || grew > 100 {
				t.Errorf("imported in %v, the heap grew by %d MB", took, grew)
			}
		}
		began = time.Now()
		if got := s.at(t, s.north.BranchID, "A1 1AB"); !strings.HasPrefix(got, "Flat 1, 1 Invented Street [Estate 0]; Flat 2, ") {
			t.Errorf("a look-up gives %q", got)
		}
		if took := time.Since(began); took > 200*time.Millisecond {
			t.Errorf("a look-up took %v", took)
		}
	})
}
