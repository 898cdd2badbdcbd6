package models_test

import (
	"strings"
	"testing"

	"commoncase/models"
)

func TestCopyType(t *testing.T) {
	for in, want := range map[string]string{
		"image/jpeg": "image/jpeg", "image/png": "image/jpeg", "image/webp": "image/jpeg", "image/heic": "image/jpeg",
		"application/pdf": "application/pdf", models.TypeDOCX: "application/pdf", "message/rfc822": "application/pdf",
		"audio/mpeg": "audio/mpeg", "audio/mp4": "audio/mp4", "audio/3gpp": "audio/3gpp", "audio/ogg": "audio/ogg", "audio/wav": "audio/wav", "audio/amr": "audio/amr",
		"text/html": "", "": "",
	} {
		got := models.CopyType(in)
		if got != want {
			t.Errorf("CopyType(%q) = %q, want %q", in, got, want)
		}
		if end := models.FileEnding(in); (end == "") != (want == "") || end != "" && !strings.Contains(","+models.AcceptFiles+",", ","+end+",") {
			t.Errorf("a file of %q ends in %q, which no page lets people choose", in, end)
		}
		if models.IsSound(in) != strings.HasPrefix(in, "audio/") || models.IsPhoto(in) != strings.HasPrefix(in, "image/") {
			t.Errorf("%q: sound %t, photo %t", in, models.IsSound(in), models.IsPhoto(in))
		}
	}
}
