package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"

	"github.com/go-ffjord/ffjord/flows/model"
)

// load reads the model's file. Its id is the first digits of the SHA-256 of the file's bytes.
func (s *Service) load(ctx context.Context) (*served, error) {
	file, err := os.Stat(s.Path)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(s.Path)
	if err != nil {
		return nil, err
	}
	of, err := model.Read(ctx, bytes.NewReader(text), nil)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	m, err := s.newServed(ctx, of, hex.EncodeToString(sum[:6]))
	if err != nil {
		return nil, err
	}
	m.file = file
	return m, nil
}
