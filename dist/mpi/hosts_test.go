package mpi_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hosts makes two network namespaces that a cable joins, and returns how a command runs in them.
// Where the machine allows none, the test is skipped.
func hosts(t *testing.T) func(host int) []string {
	t.Helper()
	names := [2]string{fmt.Sprintf("ffjord%da", os.Getpid()), fmt.Sprintf("ffjord%db", os.Getpid())}
	ip := func(line string) error {
		out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip %s: %w: %s", line, err, out)
		}
		return nil
	}
	t.Cleanup(func() {
		for _, name := range names {
			pids, _ := exec.Command("ip", "netns", "pids", name).Output()
			for _, pid := range strings.Fields(string(pids)) { // Open MPI's daemon waits for the other host
				_ = exec.Command("kill", "-KILL", pid).Run()
			}
			_ = ip("netns delete " + name)
		}
	})
	for _, name := range names {
		if err := ip("netns add " + name); err != nil {
			t.Skip("makes hosts of network namespaces, which there are none of here: ", err)
		}
	}
	lines := []string{fmt.Sprintf("link add %[1]s netns %[2]s type veth peer name %[1]s netns %[3]s", cable, names[0], names[1])}
	for i, name := range names {
		lines = append(lines, fmt.Sprintf("-n %s addr add 10.77.0.%d/24 dev %s", name, i+1, cable),
			fmt.Sprintf("-n %s link set %s up", name, cable), fmt.Sprintf("-n %s link set lo up", name))
	}
	for _, line := range lines {
		if err := ip(line); err != nil {
			t.Skip("makes hosts of network namespaces, which there are none of here: ", err)
		}
	}
	return func(host int) []string {
		return []string{"ip", "netns", "exec", names[host], "unshare", "-u", "sh", "-c",
			fmt.Sprintf(`hostname host%d; exec sh -c "$0"`, host)}
	}
}

// Two hosts train together. When the cable of one is cut, the job ends within seconds, with an error and a checkpoint
// of the last step, from which one host goes on.
func TestCutCable(t *testing.T) {
	if _, err := exec.LookPath("mpirun"); err != nil {
		t.Skip("there is no mpirun: apt-get install openmpi-bin")
	}
	want := alone(t)
	on := hosts(t)
	folder := t.TempDir()
	agent := filepath.Join(folder, "agent") // in the place of ssh
	var quoted strings.Builder
	for _, word := range on(1) {
		fmt.Fprintf(&quoted, "'%s' ", word)
	}
	require.NoError(t, os.WriteFile(agent, []byte("#!/bin/sh\nshift\nexec "+quoted.String()+`"$*"`+"\n"), 0o755))
	bounded, err := filepath.Abs("../../examples/cluster/bounded")
	require.NoError(t, err)
	path := filepath.Join(folder, "run")
	run := func(fault string) (string, error) {
		out, err := os.Create(filepath.Join(folder, "out"))
		require.NoError(t, err)
		defer out.Close()
		command := on(0)
		command = append(command, fmt.Sprintf("exec mpirun --host 10.77.0.1:1,10.77.0.2:1 -n 2 --mca plm_rsh_agent %s --mca btl tcp,self "+
			"--mca btl_tcp_if_include %[2]s --mca oob_tcp_if_include %[2]s -x %[3]s -x %[4]s -x %[5]s bash %[6]s %[7]s",
			agent, cable, jobVariable, pathVariable, faultVariable, bounded, os.Args[0]))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		c := exec.CommandContext(ctx, command[0], command[1:]...)
		c.Env = append(environment(), jobVariable+"=train", pathVariable+"="+path, faultVariable+"="+fault, "GRACE=2")
		c.Stdout, c.Stderr = out, out // a file, since a daemon may hold it for longer than the job
		err = c.Run()
		require.NoError(t, ctx.Err(), "the job has not ended")
		text, failed := os.ReadFile(out.Name())
		require.NoError(t, failed)
		return string(text), err
	}
	said, err := run("none")
	require.NoError(t, err, said)
	assert.Equal(t, 2, strings.Count(said, want), "both hosts have the bits of one")
	require.NoError(t, os.Remove(path))
	said, err = run("cut")
	require.Error(t, err, said)
	assert.Contains(t, said, "rank 0: error: optim: epoch 2, step 5: the other ranks: mpi: rank 0 has waited 1s")
	again, err := job{ranks: 1, name: "train", env: []string{pathVariable + "=" + path}}.run(t)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(again[0], "resumed after step 4, "), again[0])
	_, numbers, _ := strings.Cut(want, "block0")
	_, ended, _ := strings.Cut(again[0], "block0")
	assert.Equal(t, numbers, ended)
}
