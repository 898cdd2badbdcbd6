package intake

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"commoncase/models"
)

func TestACodeFindsSlips(t *testing.T) {
	for range 50 {
		code := newCode()
		if len(code) != codeDigits {
			t.Fatalf("code %q", code)
		}
		if got, err := ReadCode(ShowCode(code)); err != nil || got != code {
			t.Fatalf("ReadCode(%q) = %q, %v", ShowCode(code), got, err)
		}
		for i := range codeDigits {
			for d := byte('0'); d <= '9'; d++ {
				if d != code[i] {
					slip(t, code[:i]+string(d)+code[i+1:])
				}
			}
			if i > 0 && code[i] != code[i-1] {
				slip(t, code[:i-1]+code[i:i+1]+code[i-1:i]+code[i+1:])
			}
		}
	}
}

func slip(t *testing.T, typed string) {
	t.Helper()
	_, err := ReadCode(typed)
	if es := models.FieldErrors(err); len(es) != 1 || es[0].Key != "error.code.slip" || es[0].Field != "code" {
		t.Fatalf("ReadCode(%q): %v", typed, err)
	}
}

func TestWhatIsNoCode(t *testing.T) {
	for typed, want := range map[string]string{"": "error.code.empty", " - ": "error.code.empty", "1234": "error.code.length", strings.Repeat("1", 17): "error.code.length",
		"1234 5678 9012 345O": "error.code.letters", "my code": "error.code.letters", "<script>": "error.code.letters"} {
		_, err := ReadCode(typed)
		if es := models.FieldErrors(err); len(es) != 1 || es[0].Key != want {
			t.Errorf("ReadCode(%q): %v, want %s", typed, err, want)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	f.Add("1234 5678 9012 3456")
	f.Add("১২৩৪-৫৬৭৮")
	f.Add("\u200f٠١٢٣")
	f.Add(ShowCode("000000000000000" + string(checkDigit("000000000000000"))))
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := ReadCode(typed)
		if (err == nil) != (len(code) == codeDigits) {
			t.Fatalf("ReadCode(%q) = %q, %v", typed, code, err)
		}
		if err != nil {
			if es := models.FieldErrors(err); len(es) != 1 || es[0].Key == "" || len(es[0].Message) > 200 {
				t.Fatalf("ReadCode(%q): %v", typed, err)
			}
			return
		}
		if again, err := ReadCode(ShowCode(code)); err != nil || again != code {
			t.Fatalf("%q came back as %q, %v", code, again, err)
		}
	})
}

func TestASealHolds(t *testing.T) {
	key := newKey()
	sealed := seal(key, "answers of story 7", []byte("the lift"))
	if plain, err := unseal(key, "answers of story 7", sealed); err != nil || string(plain) != "the lift" {
		t.Fatalf("unsealed %q, %v", plain, err)
	}
	for i := range sealed {
		bad := append([]byte(nil), sealed...)
		bad[i] ^= 1
		if _, err := unseal(key, "answers of story 7", bad); err == nil {
			t.Fatalf("byte %d was changed, and it opened", i)
		}
	}
	for _, err := range []error{second(unseal(newKey(), "answers of story 7", sealed)), second(unseal(key, "answers of story 8", sealed)),
		second(unseal(nil, "answers of story 7", sealed)), second(unseal(key, "answers of story 7", nil))} {
		if err == nil {
			t.Error("it opened with another key, as another story's, or with nothing in it")
		}
	}
}

func second(_ []byte, err error) error { return err }

// Whoever tries code upon code from one address fills nobody's memory with them, and what is counted is swept out once its time has passed.
func TestTriesTakeLittleRoom(t *testing.T) {
	now := time.Date(2026, 3, 9, 22, 50, 0, 0, time.UTC)
	s := New(nil, nil, "", func() time.Time { return now })
	s.Limits.AddressTries = 0
	for range 500 {
		if _, err := s.OpenByCode(t.Context(), newCode(), "192.0.2.7"); models.CodeOf(err) != models.CodeTooMany {
			t.Fatalf("an address that is locked: %v", err)
		}
	}
	if n := len(s.tries.kept); n > 1 {
		t.Errorf("%d things are counted for one address", n)
	}
	for i := range mostKept + 1 {
		s.tries.take("code", strconv.Itoa(i), 10, tryWindow)
	}
	now = now.Add(tryWindow)
	s.tries.take("code", "one more", 10, tryWindow)
	if n := len(s.tries.kept); n != 1 {
		t.Errorf("%d things are still counted after their time", n)
	}
}
