package viz

import (
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blank is a picture of one colour, or an error.
type blank struct{ err error }

func (b blank) Image() (*image.RGBA, error) {
	if b.err != nil {
		return nil, b.err
	}
	return image.NewRGBA(image.Rect(0, 0, 3, 2)), nil
}

func TestSave(t *testing.T) {
	file := filepath.Join(t.TempDir(), "blank.png")
	require.NoError(t, os.WriteFile(file, []byte("an old picture"), 0o600))
	require.NoError(t, Save(file, blank{}))
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	assert.Equal(t, image.Rect(0, 0, 3, 2), img.Bounds())
}

func TestSaveIsDeterministic(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.png"), filepath.Join(dir, "b.png")
	g := Grid{X0: -1, X1: 1, Y0: -1, Y1: 1}
	p := Density{Grid: g, Learnt: hill(g, 0.5)}
	require.NoError(t, Save(a, p))
	require.NoError(t, Save(b, p))
	one, err := os.ReadFile(a)
	require.NoError(t, err)
	two, err := os.ReadFile(b)
	require.NoError(t, err)
	assert.Equal(t, one, two, "the same picture gives the same bytes")
}

func TestSaveErrors(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("no such colour")
	file := filepath.Join(dir, "old.png")
	require.NoError(t, os.WriteFile(file, []byte("an old picture"), 0o600))

	require.ErrorIs(t, Save(file, blank{broken}), broken)
	old, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "an old picture", string(old), "a failed picture leaves the file alone")

	err = Save(filepath.Join(dir, "none", "new.png"), blank{})
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "viz: save: ")

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1, "no temporary files stay")
}
