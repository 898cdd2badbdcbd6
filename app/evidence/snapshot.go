package evidence

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// Freeze writes figures as canonical JSON and returns it with its SHA-256 in hex. The same figures give the same text, in whatever
// order they and their references are given. Figures that JSON cannot hold (no finite value) are a mistake of the program.
func Freeze(figs []models.Figure) (content, hash string) {
	figs = slices.Clone(figs)
	for i := range figs {
		figs[i].Rows = sortedRefs(figs[i].Rows)
		figs[i].Of = sortedRefs(figs[i].Of)
	}
	slices.SortStableFunc(figs, func(x, y models.Figure) int {
		return cmp.Or(cmp.Compare(x.Measure, y.Measure), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), cmp.Compare(x.Definition, y.Definition))
	})
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(figs); err != nil {
		panic("evidence: freeze figures: " + err.Error())
	}
	content = strings.TrimSuffix(b.String(), "\n")
	return content, hashOf(content)
}

// sortedRefs is never nil, so that no reference at all is written one way only.
func sortedRefs(refs []string) []string {
	out := append([]string{}, refs...)
	slices.Sort(out)
	return slices.Compact(out)
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// Thaw reads what Freeze wrote.
func Thaw(content string) ([]models.Figure, error) {
	var figs []models.Figure
	if err := json.Unmarshal([]byte(content), &figs); err != nil {
		return nil, fmt.Errorf("thaw figures: %w", err)
	}
	return figs, nil
}

// TakeSnapshot freezes figures with their definitions and case lists. The same content is the same snapshot: it keeps the day on which
// it was first taken.
func (s *Service) TakeSnapshot(ctx context.Context, actor models.Actor, figs []models.Figure) (models.Snapshot, error) {
	if err := actor.Can(access.TakeSnapshot); err != nil {
		return models.Snapshot{}, err
	}
	if len(figs) == 0 {
		return models.Snapshot{}, models.Errorf(models.CodeInvalid, "There is no figure to freeze. Choose at least one.")
	}
	snap := models.Snapshot{BranchID: actor.BranchID, TakenBy: actor.AccountID}
	snap.Content, snap.Hash = Freeze(figs)
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		taken, err := tx.AddSnapshot(ctx, &snap)
		if err != nil || !taken {
			return err
		}
		return tx.AddAudit(ctx, actor, "snapshot.taken", snap.Hash, fmt.Sprintf("%d figures", len(figs)))
	})
	if err != nil {
		return models.Snapshot{}, fmt.Errorf("take snapshot: %w", err)
	}
	return snap, nil
}

// FrozenFigures is a snapshot as it is read back. Genuine is false where the stored text does not fit its hash: then nothing in it
// is to be believed.
type FrozenFigures struct {
	Snapshot models.Snapshot
	Figures  []models.Figure
	Genuine  bool
	By       string // name of who took it; "" where they are no longer in the branch
}

// Snapshot reads a snapshot of the branch by its hash and proves it anew.
func (s *Service) Snapshot(ctx context.Context, actor models.Actor, hash string) (FrozenFigures, error) {
	if err := actor.Can(access.SeeFigures); err != nil {
		return FrozenFigures{}, err
	}
	snap, err := s.st.SnapshotByHash(ctx, actor.BranchID, strings.ToLower(strings.TrimSpace(hash)))
	if err != nil {
		return FrozenFigures{}, err
	}
	f := FrozenFigures{Snapshot: snap, Genuine: hashOf(snap.Content) == snap.Hash}
	if f.Figures, err = Thaw(snap.Content); err != nil && f.Genuine {
		return FrozenFigures{}, fmt.Errorf("snapshot %s: %w", snap.Hash, err)
	}
	slices.SortStableFunc(f.Figures, func(x, y models.Figure) int { return cmp.Compare(place(x.Measure), place(y.Measure)) })
	names, err := s.st.AccountNames(ctx, actor.BranchID)
	if err != nil {
		return FrozenFigures{}, err
	}
	f.By = names[snap.TakenBy]
	return f, nil
}

// place is where a measure stands among all; one that is no longer asked stands last.
func place(slug string) int {
	i := slices.IndexFunc(measures, func(m Measure) bool { return m.Slug == slug })
	if i < 0 {
		return len(measures)
	}
	return i
}

// CSV writes figures as they may leave the branch, as a spreadsheet that runs no formula.
func CSV(figs []models.Figure) []byte {
	rows := [][]string{{"figure", "name", "value", "unit", "in words", "counted over", "from", "to", "how it is counted", "held back because"}}
	for _, f := range Publishable(figs) {
		value, n := "", ""
		if f.Withheld == "" {
			value, n = strconv.FormatFloat(f.Value, 'f', -1, 64), strconv.Itoa(f.N)
		}
		rows = append(rows, []string{f.Measure, f.Name, value, f.Unit, f.Text, n, f.From.String(), f.To.String(), f.Definition, f.Withheld})
	}
	return models.Sheet(rows)
}
