package tensorboard_test

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/go-ffjord/ffjord/optim"
	"github.com/go-ffjord/ffjord/optim/tensorboard"
)

// records takes a file apart by the definition of its frames.
func records(t *testing.T, b []byte) (all [][]byte) {
	sum := func(data []byte, masked uint32) {
		rotated := masked - 0xa282ead8
		require.Equal(t, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)), rotated>>17|rotated<<15)
	}
	for len(b) > 0 {
		require.GreaterOrEqual(t, len(b), 16)
		n := binary.LittleEndian.Uint64(b)
		sum(b[:8], binary.LittleEndian.Uint32(b[8:]))
		require.LessOrEqual(t, n+16, uint64(len(b)))
		data := b[12 : 12+n]
		sum(data, binary.LittleEndian.Uint32(b[12+n:]))
		all, b = append(all, data), b[16+n:]
	}
	return all
}

// fields takes a message apart by an implementation of protocol buffers that is not ours.
func fields(t *testing.T, b []byte) map[protowire.Number][]any {
	all := map[protowire.Number][]any{}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		require.Positive(t, n)
		b = b[n:]
		var v any
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			v, n = protowire.ConsumeFixed32(b)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			v, n = protowire.ConsumeBytes(b)
		}
		require.Positive(t, n)
		all[number], b = append(all[number], v), b[n:]
	}
	return all
}

// scalars returns the step and the values of an event, by their tags.
func scalars(t *testing.T, event map[protowire.Number][]any) (step uint64, values map[string]float32) {
	values = map[string]float32{}
	for _, v := range fields(t, event[5][0].([]byte))[1] {
		value := fields(t, v.([]byte))
		values[string(value[1][0].([]byte))] = math.Float32frombits(value[2][0].(uint32))
	}
	return event[2][0].(uint64), values
}

func TestLogIsAnEventFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	log := &tensorboard.Log{Dir: dir, Every: 300}
	begun := time.Now()
	for _, e := range []optim.Event{
		{Kind: optim.StepDone, Step: 299, Loss: 8},
		{Kind: optim.StepDone, Step: 300, Loss: 0.5, Rate: 0.25, GradNorm: 4, Evaluations: 24, Rejected: 1},
		{Kind: optim.EpochDone, Step: 400, Loss: -2},
		{Kind: optim.EpochDone, Step: 800, Loss: math.Inf(1), Validations: 1, Held: 3, Evaluations: 12},
		{Kind: optim.Finished},
	} {
		require.NoError(t, log.Observe(e))
	}
	names, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	b, err := os.ReadFile(names[0])
	require.NoError(t, err)
	all := records(t, b)
	require.Len(t, all, 4)

	first := fields(t, all[0])
	assert.Equal(t, "brain.Event:2", string(first[3][0].([]byte)))
	at := math.Float64frombits(first[1][0].(uint64))
	assert.InDelta(t, float64(begun.UnixNano())/1e9, at, 60)
	for i, want := range []struct {
		step   uint64
		values map[string]float32
	}{
		{300, map[string]float32{"loss": 0.5, "rate": 0.25, "grad_norm": 4, "evaluations": 24, "rejected": 1}},
		{400, map[string]float32{"epoch/loss": -2}},
		{800, map[string]float32{"epoch/loss": float32(math.Inf(1)), "epoch/held": 3, "epoch/evaluations": 12, "epoch/rejected": 0}},
	} {
		step, values := scalars(t, fields(t, all[i+1]))
		assert.Equal(t, want.step, step)
		assert.Equal(t, want.values, values)
	}
}

// A second run has a file of its own, and a folder that can't be made is an error that names it.
func TestLogOfRuns(t *testing.T) {
	dir := t.TempDir()
	log := &tensorboard.Log{Dir: dir}
	for range 2 {
		require.NoError(t, log.Observe(optim.Event{Kind: optim.EpochDone, Step: 1}))
		require.NoError(t, log.Observe(optim.Event{Kind: optim.Finished}))
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2)

	file := filepath.Join(dir, entries[0].Name())
	log = &tensorboard.Log{Dir: filepath.Join(file, "below")}
	assert.ErrorContains(t, log.Observe(optim.Event{Kind: optim.EpochDone}), "tensorboard: mkdir "+file)
	assert.NoError(t, (&tensorboard.Log{}).Observe(optim.Event{Kind: optim.Finished}), "a run without a step")
}
