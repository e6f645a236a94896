package mpi_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/dist/mpi"
)

// jobs are what the ranks of a test do. Each returns what its rank says.
var jobs = map[string]func(w *mpi.World) (string, error){
	"exchange":  exchange,
	"cancelled": cancelled,
	"train":     train,
	"panic":     panics,
	"step":      step,
	"time":      exchangeTimes,
}

// jobVariable names the job that a process does as a rank; without it the process runs the tests.
const jobVariable = "FFJORD_MPI_TEST"

func TestMain(m *testing.M) {
	name := os.Getenv(jobVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	w, err := mpi.Init()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	rank, _ := w.Rank()
	said, err := jobs[name](w)
	if err != nil {
		said = "error: " + err.Error()
	}
	fmt.Printf("rank %d: %s\n", rank, strings.ReplaceAll(said, "\n", " "))
	if closed := w.Close(); err != nil || closed != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// job is a call of mpirun.
type job struct {
	ranks  int
	name   string
	env    []string
	binary string // of the last rank, where it is another
	limit  time.Duration
}

// run starts the job and returns what each rank said, "" of one that said nothing, and how mpirun ended.
func (j job) run(t testing.TB) ([]string, error) {
	t.Helper()
	if _, err := exec.LookPath("mpirun"); err != nil {
		t.Skip("there is no mpirun: apt-get install openmpi-bin")
	}
	if j.limit == 0 {
		j.limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), j.limit)
	defer cancel()
	args := []string{"-n", strconv.Itoa(j.ranks), os.Args[0]}
	if j.binary != "" {
		args = []string{"-n", strconv.Itoa(j.ranks - 1), os.Args[0], ":", "-n", "1", j.binary}
	}
	c := exec.CommandContext(ctx, "mpirun", args...)
	c.Env = append(append(environment(), jobVariable+"="+j.name), j.env...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // mpirun then ends its ranks
	c.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	require.NoError(t, ctx.Err(), "the job has not ended after %v:\n%s", j.limit, out.String())
	said := make([]string, j.ranks)
	for line := range strings.Lines(out.String()) {
		var rank int
		if n, _ := fmt.Sscanf(line, "rank %d: ", &rank); n == 1 && rank < j.ranks {
			_, said[rank], _ = strings.Cut(strings.TrimSpace(line), ": ")
		}
	}
	if t.Failed() || testing.Verbose() {
		t.Log(out.String())
	}
	return said, err
}

// environment is that of a job that may be root's, on fewer cores than it has ranks.
func environment() []string {
	return append(os.Environ(), "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
		"OMPI_MCA_rmaps_base_oversubscribe=1", "OMPI_MCA_mpi_yield_when_idle=1")
}
