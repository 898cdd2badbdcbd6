package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FreezeFigures writes figures as canonical JSON, the content of a Snapshot, and returns its SHA-256 in hex. The same figures give
// the same content in whatever order they and their rows come, so that a hash can be worked out again years later. Two figures of
// one measure over one period are an error: nobody could tell which of them a letter meant.
func FreezeFigures(figs []Figure) (content, hash string, err error) {
	sorted := slices.Clone(figs)
	for i := range sorted {
		sorted[i].Rows = slices.Sorted(slices.Values(sorted[i].Rows))
		if sorted[i].Rows == nil {
			sorted[i].Rows = []string{}
		}
		sorted[i].Of = slices.Sorted(slices.Values(sorted[i].Of))
	}
	slices.SortStableFunc(sorted, compareFigures)
	for i := 1; i < len(sorted); i++ {
		if compareFigures(sorted[i-1], sorted[i]) == 0 {
			return "", "", fmt.Errorf("freeze figures: %s comes twice for one period", sorted[i].Measure)
		}
	}
	if sorted == nil {
		sorted = []Figure{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // what is frozen is read by people too
	if err := enc.Encode(sorted); err != nil {
		return "", "", fmt.Errorf("freeze figures: %w", err)
	}
	content = strings.TrimSuffix(b.String(), "\n")
	sum := sha256.Sum256([]byte(content))
	return content, hex.EncodeToString(sum[:]), nil
}

func compareFigures(a, b Figure) int {
	if c := strings.Compare(a.Measure, b.Measure); c != 0 {
		return c
	}
	if a.From != b.From {
		return int(a.From) - int(b.From)
	}
	return int(a.To) - int(b.To)
}

// ThawFigures reads the content of a Snapshot, in the order in which it was frozen.
func ThawFigures(content string) ([]Figure, error) {
	var figs []Figure
	if err := json.Unmarshal([]byte(content), &figs); err != nil {
		return nil, fmt.Errorf("thaw figures: %w", err)
	}
	return figs, nil
}
