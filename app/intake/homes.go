package intake

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
)

const (
	mostHomesAt   = 200 // homes of one postcode that a look-up gives; a real one has about fifteen and a hundred at most
	mostLookUps   = 60  // of one story in lookUpTime
	lookUpTime    = time.Hour
	mostHomesFile = 64 << 20 // bytes
	mostHomes     = 500_000
	longestLine   = 200 // characters of an address
	longestArea   = 100 // of an estate
	linesTold     = 50  // lines that could not be read, of which the preview tells
	homesShown    = 10  // homes that the preview shows
)

// Homes returns the addresses of a postcode, written in any way, in the order of their door numbers, from the list that the branch
// imported: none where it has none. LookUp is the one for requests.
func (s *Service) Homes(ctx context.Context, branchID int64, postcode string) ([]models.Home, error) {
	folded := models.FoldPostcode(postcode)
	if !models.IsPostcode(folded) {
		return nil, nil
	}
	// A few more than are given, so that the first by number are among them.
	homes, err := s.st.HomesAt(ctx, branchID, folded, 5*mostHomesAt)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(homes, func(a, b models.Home) int { return models.CompareHomes(a.Line, b.Line) })
	return homes[:min(len(homes), mostHomesAt)], nil
}

// LookUp is Homes for whoever tells a story, sixty times an hour: addresses are no secret, but the list is not to be walked through. Over
// that it is CodeTooMany, and the teller types the address.
func (s *Service) LookUp(ctx context.Context, x Session, postcode string) ([]models.Home, error) {
	if !lookUps.take(looker{s, x.StoryID}, s.now()) {
		return nil, catalogue.Errorf(models.CodeTooMany, "lookup.too_many")
	}
	return s.Homes(ctx, x.BranchID, postcode)
}

// lookUps counts them by story. It is kept in memory: a restart forgives, which gives nobody the list.
var lookUps = tally{seen: map[looker][]time.Time{}}

// looker is a story of one installation; a program of tests runs several.
type looker struct {
	s     *Service
	story int64
}

type tally struct {
	mu   sync.Mutex
	seen map[looker][]time.Time
}

func (t *tally) take(id looker, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	past := func(at time.Time) bool { return now.Sub(at) >= lookUpTime }
	if len(t.seen) > 10_000 { // forget those whose time has passed
		for other, times := range t.seen {
			if t.seen[other] = slices.DeleteFunc(times, past); len(t.seen[other]) == 0 {
				delete(t.seen, other)
			}
		}
	}
	t.seen[id] = slices.DeleteFunc(t.seen[id], past)
	if len(t.seen[id]) >= mostLookUps {
		return false
	}
	t.seen[id] = append(t.seen[id], now)
	return true
}

// HomesFile is what was understood of a file of homes, before anything of it is kept.
type HomesFile struct {
	Token     string // names the file, for ImportHomes
	Encoding  string // UTF-8, Windows-1252 or UTF-16
	Separator string // in words: commas, semicolons, tabs
	Postcode  string // what the column is called in the file
	Address   []string
	Area      string // "" where no column says the estate
	Homes     int
	Postcodes int
	Areas     int
	First     []models.Home
	Bad       int // lines that could not be read
	BadLines  []BadLine
	Twice     int              // lines that name a home which an earlier line named
	Now       store.HomesCount // the list that it would replace
}

// BadLine is a line of a file that could not be read, and why.
type BadLine struct {
	Line int // from 1, the head among them
	Why  string
}

// HomesHeld says how large the actor's list of homes is, and its estates.
func (s *Service) HomesHeld(ctx context.Context, actor models.Actor) (store.HomesCount, []store.AreaHomes, error) {
	if err := actor.Can(access.KeepIntake); err != nil {
		return store.HomesCount{}, nil, err
	}
	n, err := s.st.CountHomes(ctx, actor.BranchID)
	if err != nil {
		return n, nil, err
	}
	areas, err := s.st.HomesByArea(ctx, actor.BranchID)
	return n, areas, err
}

// TryHomes reads a file of homes and says what was understood. The file waits until ImportHomes takes it or another one of the branch comes;
// nothing of the list changes.
func (s *Service) TryHomes(ctx context.Context, actor models.Actor, r io.Reader) (HomesFile, error) {
	var out HomesFile
	if err := actor.Can(access.KeepIntake); err != nil {
		return out, err
	}
	path := s.homesPath(actor.BranchID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return out, fmt.Errorf("make the folder of lists: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "arriving-*")
	if err != nil {
		return out, fmt.Errorf("keep a list of homes: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // it has another name by then, or is not wanted
	defer func() { _ = tmp.Close() }()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, hash), io.LimitReader(r, mostHomesFile+1))
	switch {
	case err != nil:
		return out, fmt.Errorf("keep a list of homes: %w", err)
	case n == 0:
		return out, models.Invalid("file", "Choose the file with the list of homes.")
	case n > mostHomesFile:
		return out, models.Errorf(models.CodeTooLarge, "The file is larger than %d MB. Save it as CSV with three columns: postcode, address and estate.", mostHomesFile>>20)
	}
	if out, err = readHomes(ctx, tmp, func(models.Home) error { return nil }); err != nil {
		return out, err
	}
	out.Token = hex.EncodeToString(hash.Sum(nil))
	if out.Now, err = s.st.CountHomes(ctx, actor.BranchID); err != nil {
		return out, err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return out, fmt.Errorf("keep a list of homes: %w", err)
	}
	return out, nil
}

// ImportHomes puts the file that was tried last in the place of the branch's list. It is CodeConflict where that is another than the token
// names, and CodeUnready where none waits.
func (s *Service) ImportHomes(ctx context.Context, actor models.Actor, token string) (int, error) {
	if err := actor.Can(access.KeepIntake); err != nil {
		return 0, err
	}
	path := s.homesPath(actor.BranchID)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, models.Errorf(models.CodeUnready, "The file is not here any more: the list was replaced already, or the file was given up. Choose the file again.")
	} else if err != nil {
		return 0, fmt.Errorf("read a list of homes: %w", err)
	}
	defer func() { _ = f.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return 0, fmt.Errorf("read a list of homes: %w", err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != token {
		return 0, models.Errorf(models.CodeConflict, "Somebody has chosen another file since you looked at this one. Choose your file again.")
	}
	n, err := s.importHomes(ctx, actor, f)
	if err != nil {
		return 0, err
	}
	if err := os.Remove(path); err != nil {
		return n, fmt.Errorf("take away a list of homes: %w", err)
	}
	return n, nil
}

// LoadHomes reads a file and puts it in the place of the list of a branch at once. It is the operator's verb: only the command line calls it.
func (s *Service) LoadHomes(ctx context.Context, branchSlug string, r io.ReadSeeker) (HomesFile, error) {
	b, err := s.st.BranchBySlug(ctx, branchSlug)
	if err != nil {
		return HomesFile{}, err
	}
	seen, err := readHomes(ctx, r, func(models.Home) error { return nil })
	if err != nil {
		return seen, err
	}
	_, err = s.importHomes(ctx, models.Actor{BranchID: b.ID}, r)
	return seen, err
}

func (s *Service) importHomes(ctx context.Context, actor models.Actor, r io.ReadSeeker) (n int, err error) {
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		n, err = tx.ReplaceHomes(ctx, actor.BranchID, func(add func(models.Home) error) error {
			_, err := readHomes(ctx, r, add)
			return err
		})
		if err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "homes.imported", "", strconv.Itoa(n)+" homes")
	})
	if err != nil && models.CodeOf(err) == "" {
		err = fmt.Errorf("import homes: %w", err)
	}
	return n, err
}

// DropHomes deletes the list of the actor's branch, and a file that waits.
func (s *Service) DropHomes(ctx context.Context, actor models.Actor) error {
	if err := actor.Can(access.KeepIntake); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.DropHomes(ctx, actor.BranchID); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "homes.dropped", "", "")
	})
	if err != nil {
		return fmt.Errorf("drop homes: %w", err)
	}
	if err := os.Remove(s.homesPath(actor.BranchID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("take away a list of homes: %w", err)
	}
	return nil
}

// HomesSheet is the list as a CSV file that can be imported again.
func (s *Service) HomesSheet(ctx context.Context, actor models.Actor) ([]byte, error) {
	if err := actor.Can(access.KeepIntake); err != nil {
		return nil, err
	}
	rows := [][]string{{"postcode", "address", "estate"}}
	err := s.st.EachHome(ctx, actor.BranchID, func(h models.Home) error {
		rows = append(rows, []string{models.ShowPostcode(h.Postcode), h.Line, h.Area})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return models.Sheet(rows), nil
}

// homesPath is where a branch's file waits between the preview and the word to import it.
func (s *Service) homesPath(branchID int64) string {
	return filepath.Join(s.dir, "homes", strconv.FormatInt(branchID, 10)+".csv")
}

// readHomes reads a file of homes from its beginning and hands on each home once.
func readHomes(ctx context.Context, file io.ReadSeeker, each func(models.Home) error) (HomesFile, error) {
	var out HomesFile
	text, encoding, err := decoded(file)
	if err != nil {
		return out, err
	}
	out.Encoding = encoding
	in := bufio.NewReaderSize(text, 64<<10)
	head, err := in.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return out, fmt.Errorf("read a list of homes: %w", err)
	}
	r := csv.NewReader(in)
	r.Comma, out.Separator = separator(head)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	r.TrimLeadingSpace = true
	names, err := r.Read()
	if err != nil {
		return out, models.Invalid("file", "The first line of the file cannot be read. It says what the columns are called: postcode, address, estate.")
	}
	cols, err := columnsOf(names, &out)
	if err != nil {
		return out, err
	}
	bad := func(line int, format string, args ...any) {
		if out.Bad++; len(out.BadLines) < linesTold {
			out.BadLines = append(out.BadLines, BadLine{Line: line, Why: fmt.Sprintf(format, args...)})
		}
	}
	seen, postcodes, areas := map[[16]byte]bool{}, map[string]bool{}, map[string]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			bad(parse.StartLine, "It has a quotation mark in the wrong place.")
			continue
		}
		if err != nil {
			return out, fmt.Errorf("read a list of homes: %w", err)
		}
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		line, _ := r.FieldPos(0)
		h, why := cols.home(row)
		if why != "" {
			bad(line, "%s", why)
			continue
		}
		if h == (models.Home{}) {
			continue // nothing but separators
		}
		key := sum16(h.Postcode + "\n" + models.Fold(h.Line))
		if seen[key] {
			out.Twice++
			continue
		}
		if out.Homes == mostHomes {
			return out, models.Invalid("file", "The file has more than %d homes. Import those of your landlord in your area alone.", mostHomes)
		}
		seen[key], postcodes[h.Postcode] = true, true
		if h.Area != "" {
			areas[h.Area] = true
		}
		if out.Homes++; len(out.First) < homesShown {
			out.First = append(out.First, h)
		}
		if err := each(h); err != nil {
			return out, err
		}
	}
	out.Postcodes, out.Areas = len(postcodes), len(areas)
	if out.Homes == 0 {
		return out, models.Invalid("file", "No line of the file is a home%s.", firstWhy(out.BadLines))
	}
	return out, nil
}

func firstWhy(bad []BadLine) string {
	if len(bad) == 0 {
		return ": there is nothing under the names of the columns"
	}
	return fmt.Sprintf(". Line %d: %s Mend the file and choose it again", bad[0].Line, bad[0].Why)
}

// sum16 stands for a text where many are to be told apart in little memory.
func sum16(s string) [16]byte {
	sum := sha256.Sum256([]byte(s))
	return [16]byte(sum[:16])
}

// decoded reads a file as text from its beginning, in whichever of three encodings spreadsheet programs write.
func decoded(file io.ReadSeeker) (io.Reader, string, error) {
	rewind := func() error {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read a list of homes: %w", err)
		}
		return nil
	}
	if err := rewind(); err != nil {
		return nil, "", err
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("read a list of homes: %w", err)
	}
	head = head[:n]
	if err := rewind(); err != nil {
		return nil, "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, "", models.Errorf(models.CodeBadFile, "This is a workbook and no CSV file. Open it in your spreadsheet program, choose Save as, then CSV, and choose the file that it writes.")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(file), "UTF-16", nil
	}
	utf, zero, err := looksLike(file)
	if err != nil {
		return nil, "", err
	}
	if zero {
		return nil, "", models.Errorf(models.CodeBadFile, "This is no CSV file: it holds bytes that no text has. Save the list as CSV and choose that file.")
	}
	if err := rewind(); err != nil {
		return nil, "", err
	}
	if !utf {
		return charmap.Windows1252.NewDecoder().Reader(file), "Windows-1252", nil
	}
	return unicode.UTF8BOM.NewDecoder().Reader(file), "UTF-8", nil
}

// looksLike reports whether a file is UTF-8 from end to end, and whether it holds a zero byte.
func looksLike(file io.Reader) (utf, zero bool, err error) {
	utf = true
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := file.Read(buf[kept:])
		if n += kept; n > 0 {
			zero = zero || bytes.IndexByte(buf[:n], 0) >= 0
			whole := n
			for i := 1; i <= 3 && i <= n && err == nil; i++ { // a letter that the next piece ends
				if b := buf[n-i]; b >= 0xc0 {
					if !utf8.FullRune(buf[n-i : n]) {
						whole = n - i
					}
					break
				}
			}
			utf = utf && utf8.Valid(buf[:whole])
			kept = copy(buf, buf[whole:n])
		}
		if errors.Is(err, io.EOF) {
			return utf && kept == 0, zero, nil
		}
		if err != nil {
			return false, false, fmt.Errorf("read a list of homes: %w", err)
		}
	}
}

// separator is what parts the cells of a file, by its first line.
func separator(head []byte) (rune, string) {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, name, most := ',', "commas", bytes.Count(line, []byte(","))
	if n := bytes.Count(line, []byte(";")); n > most {
		best, name, most = ';', "semicolons", n
	}
	if bytes.Count(line, []byte("\t")) > most {
		best, name = '\t', "tabs"
	}
	return best, name
}

// columns are where the cells of a home stand in a line.
type columns struct {
	postcode int
	address  []int
	area     int // -1: no column says it
}

// The names of columns that are understood, as models.Fold leaves them.
var (
	postcodeNames = []string{"postcode", "post code", "postal code", "pcode"}
	addressNames  = []string{"address", "full address", "property address", "property", "home"}
	areaNames     = []string{"estate", "area", "estate name", "scheme", "scheme name", "neighbourhood"}
)

func columnsOf(names []string, out *HomesFile) (columns, error) {
	c := columns{postcode: -1, area: -1}
	var parts []int // address line 1, address line 2
	for i, name := range names {
		name = strings.TrimSpace(name)
		folded := strings.Join(strings.Fields(strings.ReplaceAll(strings.ReplaceAll(models.Fold(name), "-", " "), "/", " ")), " ")
		switch {
		case slices.Contains(postcodeNames, folded) && c.postcode < 0:
			c.postcode, out.Postcode = i, name
		case slices.Contains(addressNames, folded) && len(c.address) == 0:
			c.address, out.Address = []int{i}, []string{name}
		case slices.Contains(areaNames, folded) && c.area < 0:
			c.area, out.Area = i, name
		case strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(folded, "address"), " line"), " 0123456789") == "" && strings.HasPrefix(folded, "address"):
			parts = append(parts, i)
		}
	}
	if len(c.address) == 0 && len(parts) > 0 {
		c.address = parts
		for _, i := range parts {
			out.Address = append(out.Address, strings.TrimSpace(names[i]))
		}
	}
	if c.postcode < 0 || len(c.address) == 0 {
		missing := "postcode"
		if c.postcode >= 0 {
			missing = "address"
		}
		return c, models.Invalid("file", "The first line of the file names no column %q. Write what the columns are called in the first line: postcode, address, estate.", missing)
	}
	return c, nil
}

// home reads a line, or says why it cannot. A line without anything in it is no home.
func (c columns) home(row []string) (models.Home, string) {
	cell := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		s := strings.Join(strings.Fields(strings.ReplaceAll(row[i], "\x00", "")), " ")
		// The apostrophe that keeps a spreadsheet program from taking it for a formula.
		if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
			s = s[1:]
		}
		return s
	}
	var parts []string
	for _, i := range c.address {
		if p := strings.Trim(cell(i), ", "); p != "" {
			parts = append(parts, p)
		}
	}
	line, area, typed := strings.Join(parts, ", "), cell(c.area), cell(c.postcode)
	if line == "" && area == "" && typed == "" {
		return models.Home{}, ""
	}
	postcode := models.FoldPostcode(typed)
	switch {
	case typed == "":
		return models.Home{}, "It has no postcode."
	case !models.IsPostcode(postcode):
		return models.Home{}, "What stands for the postcode is none."
	case line == "":
		return models.Home{}, "It has no address."
	case utf8.RuneCountInString(line) > longestLine:
		return models.Home{}, fmt.Sprintf("The address is longer than %d characters.", longestLine)
	case utf8.RuneCountInString(area) > longestArea:
		return models.Home{}, fmt.Sprintf("The name of the estate is longer than %d characters.", longestArea)
	}
	return models.Home{Postcode: postcode, Line: line, Area: area}, ""
}
