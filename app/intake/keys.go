package intake

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
)

// What turning a code into a key costs: 19 MiB and two passes, the least that OWASP recommends for argon2id. So a copy of the database does
// not open a story: there are 10^15 codes to try, each at that price.
const (
	codeMemory = 19 * 1024 // KiB
	codePasses = 2
	// hashesAtOnce bounds the memory that codes may cost, whoever asks; mostWaiting how many wait for it.
	hashesAtOnce = 2
	mostWaiting  = 64
)

// saltName is what the installation remembers the salt of all codes under. It is one for all, because a code is all that somebody brings who
// comes back: it must find the story too.
const saltName = "story_code_salt"

var errUnsealed = errors.New("what is sealed does not open with this key")

// newKey is a story's key: 32 random bytes.
func newKey() []byte {
	key := make([]byte, chacha20poly1305.KeySize)
	rand.Read(key) // never fails since Go 1.24
	return key
}

// newToken is 32 random bytes, as they stand in a cookie or a link.
func newToken() string { return base64.RawURLEncoding.EncodeToString(newKey()) }

// derive makes a key of 32 bytes for one purpose out of a secret.
func derive(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, "commoncase "+purpose, chacha20poly1305.KeySize)
	if err != nil {
		panic("intake: " + err.Error()) // only for a length that is too long
	}
	return key
}

// way is a way back to a story as it is held by whoever has it: the name by which its row is found, and the key that the row is wrapped under.
type way struct {
	kind store.KeyKind
	id   string
	key  []byte
}

// wayOfToken is the way of a token in a cookie or a link.
func wayOfToken(kind store.KeyKind, token string) way {
	sum := sha256.Sum256([]byte(token))
	return way{kind: kind, id: hex.EncodeToString(sum[:]), key: derive([]byte(token), "story by "+string(kind))}
}

// wayOfCode is the way of the sixteen digits of a code. It takes some hundredths of a second and waits for its turn; too_many where too many wait.
func (s *Service) wayOfCode(ctx context.Context, digits string) (way, error) {
	salt, err := s.codeSalt(ctx)
	if err != nil {
		return way{}, err
	}
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return way{}, catalogue.Errorf(models.CodeTooMany, "error.busy")
	}
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return way{}, fmt.Errorf("wait to read a code: %w", ctx.Err())
	}
	secret := argon2.IDKey([]byte(digits), salt, codePasses, codeMemory, 1, 32)
	return way{kind: store.KeyCode, id: hex.EncodeToString(derive(secret, "story code id")), key: derive(secret, "story by code")}, nil
}

// codeSalt is the salt of the codes of this installation, made when it is first asked for.
func (s *Service) codeSalt(ctx context.Context) ([]byte, error) {
	if known := s.salt.Load(); known != nil {
		return *known, nil
	}
	value, err := s.st.HouseOnce(ctx, saltName, hex.EncodeToString(newKey()))
	if err != nil {
		return nil, err
	}
	salt, err := hex.DecodeString(value)
	if err != nil || len(salt) < 16 {
		return nil, fmt.Errorf("the salt of the codes is %d bytes long: %w", len(salt), errors.Join(err, errUnsealed))
	}
	s.salt.Store(&salt)
	return salt, nil
}

// wrap makes the row of a way back to a story with the key.
func (w way) wrap(story models.Story, key []byte, accountID int64, expires *time.Time) store.StoryKey {
	return store.StoryKey{ID: w.id, BranchID: story.BranchID, StoryID: story.ID, Kind: w.kind, AccountID: accountID, ExpiresAt: expires,
		Wrapped: seal(w.key, wrapping(story.ID), key)}
}

// unwrap gives the story's key that a row holds; it is empty where the way does not lead to the code.
func (w way) unwrap(k store.StoryKey) ([]byte, error) {
	return unseal(w.key, wrapping(k.StoryID), k.Wrapped)
}

func wrapping(storyID int64) string { return fmt.Sprintf("key of story %d", storyID) }

func aead(key []byte) cipher.AEAD {
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic("intake: " + err.Error()) // a key of the wrong length
	}
	return a
}

// seal seals plain under a key, bound to what it is: a nonce of 24 bytes and what XChaCha20-Poly1305 makes of it.
func seal(key []byte, what string, plain []byte) []byte {
	out := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	rand.Read(out)
	return aead(key).Seal(out, out, plain, []byte(what))
}

// unseal undoes seal; an error where the key is another, what it is is another, or a bit of it was changed.
func unseal(key []byte, what string, sealed []byte) ([]byte, error) {
	if len(sealed) < chacha20poly1305.NonceSizeX || len(key) != chacha20poly1305.KeySize {
		return nil, errUnsealed
	}
	nonce, rest := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	plain, err := aead(key).Open(nil, nonce, rest, []byte(what))
	if err != nil {
		return nil, errUnsealed
	}
	return plain, nil
}

// secret is what is sealed of a story: the code, so that whoever holds the story can see it again, and the answers until they are sent.
type secret struct {
	Code    string          `json:"code,omitempty"`
	Answers *models.Answers `json:"answers,omitempty"`
}

func sealingOf(storyID int64) string { return fmt.Sprintf("answers of story %d", storyID) }

// close seals a secret as that of a story.
func (c secret) close(key []byte, storyID int64) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("seal a story: %w", err)
	}
	return seal(key, sealingOf(storyID), plain), nil
}

// openSecret unseals what is sealed of a story.
func openSecret(key []byte, story *models.Story) (c secret, err error) {
	plain, err := unseal(key, sealingOf(story.ID), story.Sealed)
	if err != nil {
		return c, fmt.Errorf("open story %d: %w", story.ID, err)
	}
	if err := json.Unmarshal(plain, &c); err != nil {
		return c, fmt.Errorf("open story %d: %w", story.ID, err)
	}
	return c, nil
}
