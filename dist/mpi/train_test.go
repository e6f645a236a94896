package mpi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/dist/mpi"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// fit trains a flow of two FFJORD blocks' worth of everything that ranks have to agree on, for nine steps of three
// chunks each, and returns every number that is left.
func fit(ctx context.Context, r optim.Reducer, path string, seed uint64, step func(step int) error) (string, error) {
	return fitBy(ctx, func(l flows.NLL) optim.Objective { return l }, r, path, seed, step)
}

// fitBy is fit with an objective that is made of the flow's.
func fitBy(
	ctx context.Context, by func(flows.NLL) optim.Objective, r optim.Reducer, path string, seed uint64, step func(step int) error,
) (string, error) {
	noise := rand.NewPCG(0, 0)
	flow := &flows.Flow{Dim: 2, Params: nn.NewParams(rand.New(rand.NewPCG(7, 0))), Blocks: flows.Chain{
		flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}, Trace: flows.Hutchinson{Rand: rand.New(noise)}},
		flows.MovingBatchNorm{},
	}}
	var words strings.Builder
	t := optim.Trainer{
		Epochs: 3, Batch: 300, Seed: 5, Reducer: r, Noise: map[string]*rand.PCG{"trace": noise},
		Observe: func(e optim.Event) error {
			switch e.Kind {
			case optim.Resumed:
				fmt.Fprintf(&words, "resumed after step %d, ", e.Step)
			case optim.StepDone:
				return step(e.Step)
			case optim.EpochDone:
				fmt.Fprintf(&words, "loss %x, ", e.Loss)
			}
			return nil
		},
	}
	if path != "" {
		t.Checkpoint = &optim.Checkpoint{Path: path, Every: time.Hour, Steps: 3}
	}
	rows := toy.Draw(toy.Moons{Noise: 0.1}, 900, rand.New(rand.NewPCG(seed, 0)))
	err := t.Run(ctx, by(flow.NLL()), rows)
	for p := range flow.Params.All() {
		fmt.Fprintf(&words, "%s %x, ", p.Name(), p.Numbers())
	}
	return words.String(), err
}

// The variables that tell a rank what to do: the checkpoint, and what happens on the last rank after step 4.
const (
	pathVariable  = "FFJORD_MPI_TEST_PATH"
	faultVariable = "FFJORD_MPI_TEST_FAULT"
)

// cable is the name of a host's link to the other.
const cable = "ffjord"

// train is a rank of fit.
func train(w *mpi.World) (string, error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	rank, ranks := w.Rank()
	fault := ""
	if rank == ranks-1 {
		fault = os.Getenv(faultVariable)
	}
	seed := uint64(1)
	if fault == "rows" {
		seed = 2
	}
	switch os.Getenv(faultVariable) {
	case "silent", "cut":
		w.Timeout = time.Second
	}
	var r optim.Reducer = w
	if os.Getenv(faultVariable) == "engine's order" {
		r = mpi.EngineOrder{World: w}
	}
	steps := 0
	by := func(l flows.NLL) optim.Objective {
		if fault == "NaN" {
			return spoilt{l, &steps}
		}
		return l
	}
	said, err := fitBy(ctx, by, r, os.Getenv(pathVariable), seed, func(step int) error {
		steps = step
		if step != 4 {
			return nil
		}
		switch fault {
		case "kill":
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case "end":
			defer func() { <-ctx.Done() }()
			return syscall.Kill(os.Getpid(), syscall.SIGTERM)
		case "slow":
			time.Sleep(300 * time.Millisecond)
		case "silent":
			select {}
		case "cut": // this host's cable
			return exec.Command("ip", "link", "set", cable, "down").Run()
		case "error":
			return errors.New("a full disk")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return said, nil
}

// spoilt is an objective whose chunks have a NaN on this rank after step 4.
type spoilt struct {
	flows.NLL
	steps *int
}

// Share spoils the first number of each chunk.
func (s spoilt) Share(ctx context.Context, batch *tensor.Dense, share, of int) (sums, notes [][]float64, err error) {
	sums, notes, err = s.NLL.Share(ctx, batch, share, of)
	for _, sum := range sums {
		if *s.steps == 4 {
			sum[0] = math.NaN()
		}
	}
	return sums, notes, err
}

func alone(t *testing.T) string {
	t.Helper()
	want, err := fit(t.Context(), nil, "", 1, func(int) error { return nil })
	require.NoError(t, err)
	return strings.TrimSpace(want)
}

// Ranks of MPI leave the bits of one process, with a slow rank too.
func TestTrainOverRanks(t *testing.T) {
	want := alone(t)
	for _, j := range []job{{ranks: 1}, {ranks: 2}, {ranks: 4}, {ranks: 3, env: []string{faultVariable + "=slow"}}} {
		j.name = "train"
		said, err := j.run(t)
		require.NoError(t, err)
		for rank, s := range said {
			assert.Equal(t, want, s, "rank %d of %d", rank, j.ranks)
		}
	}
}

// In the engine's order all ranks have the same bits still, and the losses of one process but for rounding: 1e-6, since
// the model is of float32.
func TestTrainInTheEnginesOrder(t *testing.T) {
	said, err := job{ranks: 3, name: "train", env: []string{faultVariable + "=engine's order"}}.run(t)
	require.NoError(t, err)
	assert.Equal(t, said[0], said[1])
	assert.Equal(t, said[0], said[2])
	var want, got float64
	_, err = fmt.Sscanf(alone(t), "loss %v", &want)
	require.NoError(t, err)
	_, err = fmt.Sscanf(said[0], "loss %v", &got)
	require.NoError(t, err)
	assert.InDelta(t, want, got, 1e-6)
}

// Whatever ends a rank ends the job, with a checkpoint from which another number of ranks goes on to the bits of a run
// that nothing has ended. It is that of the last step, but where a rank was killed, since mpirun then leaves the others
// no time, and where numbers are not finite: what counts then is the last one that was due.
func TestFaultsEndTheJob(t *testing.T) {
	want := alone(t)
	for fault, test := range map[string]struct {
		says string
		from []int // the step that was kept
	}{
		"kill":   {"", []int{3, 4}},
		"silent": {"has waited 1s", []int{4}},
		"end":    {"rank 2: epoch 2, step 5: context canceled", []int{4}},
		"NaN":    {"optim: epoch 2, step 5: gradient is not finite", []int{3}},
		"error":  {"rank 2: epoch 2, after step 4: observer: a full disk", []int{4}},
	} {
		t.Run(fault, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run")
			said, err := job{ranks: 3, name: "train", env: []string{pathVariable + "=" + path, faultVariable + "=" + fault}}.run(t)
			require.Error(t, err)
			if test.says != "" {
				assert.Contains(t, said[0], test.says)
			}
			said, err = job{ranks: 2, name: "train", env: []string{pathVariable + "=" + path}}.run(t)
			require.NoError(t, err)
			for _, s := range said {
				var from int
				_, err := fmt.Sscanf(s, "resumed after step %d,", &from)
				require.NoError(t, err, s)
				assert.Contains(t, test.from, from)
				_, numbers, _ := strings.Cut(want, "block0")
				_, ended, _ := strings.Cut(s, "block0")
				assert.Equal(t, numbers, ended)
			}
		})
	}
}

// Other rows on a rank are refused, and another program.
func TestRanksThatDifferAreRefused(t *testing.T) {
	said, err := job{ranks: 3, name: "train", env: []string{faultVariable + "=rows"}}.run(t)
	require.Error(t, err)
	for _, s := range said {
		assert.Contains(t, s, "optim: rank 2: it has not the rows of rank 0")
	}
	said, err = job{ranks: 2, name: "train", binary: changedBinary(t)}.run(t)
	require.Error(t, err)
	for _, s := range said {
		assert.Contains(t, s, "optim: rank 1: it has not the binary of rank 0")
	}
}

// changedBinary returns this program with a byte more at its end, which runs as well.
func changedBinary(t *testing.T) string {
	t.Helper()
	in, err := os.Open(os.Args[0])
	require.NoError(t, err)
	defer in.Close()
	path := filepath.Join(t.TempDir(), "other.test")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	_, err = out.Write([]byte{0})
	require.NoError(t, err)
	require.NoError(t, out.Close())
	return path
}
