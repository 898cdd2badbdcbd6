package app

import (
	"context"
	"fmt"
)

// Examine looks whether the installation is well: the schema, the files that cases name, and whether every status and clock is
// what its events and the rulebook say. say is told each finding in a line. It returns how many things are wrong; with mend, drift
// is written right and is no longer counted.
func (a *App) Examine(ctx context.Context, mend bool, say func(string)) (wrong int, err error) {
	current, newest, err := a.st.SchemaVersion(ctx)
	if err != nil {
		return 0, err
	}
	if current != newest {
		say(fmt.Sprintf("schema: version %d, and this program needs %d", current, newest))
		return 1, nil // nothing else can be asked of another schema
	}
	say(fmt.Sprintf("schema: version %d, the newest", current))

	for _, line := range a.ruleFiles() {
		say("rules: " + line)
	}

	hashes, err := a.st.KeptHashes(ctx)
	if err != nil {
		return 0, err
	}
	missing := 0
	for _, h := range hashes {
		there, err := a.files.Exists(ctx, h)
		if err != nil {
			return wrong, err
		}
		if !there {
			missing++
			say("files: " + h + " is named by a case and is not in " + a.cfg.FilesDir())
		}
	}
	if missing == 0 {
		say(fmt.Sprintf("files: %d kept, all there", len(hashes)))
	}
	wrong += missing

	drifts, cases, err := a.Casework.FindDrift(ctx, mend)
	if err != nil {
		return wrong, err
	}
	for _, d := range drifts {
		if mend {
			say(fmt.Sprintf("cases: %s: %s; mended", d.Ref, d.What))
		} else {
			say(fmt.Sprintf("cases: %s: %s; --mend writes what follows from the events", d.Ref, d.What))
			wrong++
		}
	}
	if len(drifts) == 0 {
		say(fmt.Sprintf("cases: %d computed again, all as they were", cases))
	}
	return wrong, nil
}
