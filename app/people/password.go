package people

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// hashesAtOnce bounds the memory that passwords may cost: each takes 19 MiB while it is hashed, whoever asks.
const hashesAtOnce = 2

// cost is what a guess costs: 19 MiB, two passes, one lane, the least that OWASP recommends for argon2id. The library's own
// default asks for 64 MiB, and twenty people at once for more than a gigabyte.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobody is the hash of a password that nobody has. An unknown e-mail address is compared with it, so that the answer takes as
// long as for a known one and does not tell who has an account.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$Y29tbW9uY2FzZS1ub2JvZA$3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// place waits for one of the places at the hash.
func (s *Service) place(ctx context.Context) (leave func(), err error) {
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	leave, err := s.place(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash, err := argon2id.CreateHash(password, cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

func (s *Service) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := s.place(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return ok, nil
}
