package peer

import (
	"bufio"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// role makes this test's own program stand for a Python: "works" does as the real one is asked to, "lacks jax" ends.
const role = "PEER_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "works":
		fmt.Println("ready JAX 1.2.3 0.5")
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			fmt.Println("0.4")
		}
	case "lacks jax":
	default:
		os.Exit(m.Run())
	}
}

func TestPeerAnswers(t *testing.T) {
	t.Setenv(role, "works")
	t.Setenv(Env, os.Args[0])
	p, err := Start(Job{})
	require.NoError(t, err)
	assert.Equal(t, "JAX 1.2.3", p.Name)
	for range 3 {
		require.NoError(t, p.Do())
	}
	require.NoError(t, p.Close())
	assert.Error(t, p.Do(), "it has ended")
}

func TestNoPeer(t *testing.T) {
	t.Setenv(Env, "")
	p, err := Start(Job{})
	require.NoError(t, err)
	assert.Nil(t, p)

	t.Setenv(role, "lacks jax")
	t.Setenv(Env, os.Args[0])
	_, err = Start(Job{})
	assert.ErrorContains(t, err, "want one with jax and optax")

	t.Setenv(Env, "/no/such/python")
	_, err = Start(Job{})
	assert.ErrorContains(t, err, "want "+Env)
}
