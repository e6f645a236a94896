package baseline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
	"github.com/go-ffjord/ffjord/data/score"
)

// TestTables prints what each baseline reaches on the tables of the folder that the environment variable FFJORD_TABLES
// names: NAME.train.csv has usual rows, NAME.test.csv others and anomalies, told by its last column "anomaly". Nats are
// those of the usual test rows, AUROC that of the anomalies against them:
//
//	FFJORD_TABLES=folder go test -run TestTables -v ./data/baseline
func TestTables(t *testing.T) {
	folder := os.Getenv("FFJORD_TABLES")
	if folder == "" {
		t.Skip("wants a folder of tables in FFJORD_TABLES; they are not part of the module")
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.train.csv"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	fmt.Println("| table | rows | columns | density | test nats | AUROC | seconds |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, name := range names {
		train, err := data.CSV{}.ReadFile(name)
		require.NoError(t, err)
		test, err := data.CSV{}.ReadFile(strings.Replace(name, ".train.", ".test.", 1))
		require.NoError(t, err)
		label, err := test.Column("anomaly")
		require.NoError(t, err)
		test, err = test.Select(train.Names...)
		require.NoError(t, err)
		for _, b := range []struct {
			name string
			fit  func() (data.LogProber, error)
		}{
			{"Gaussian", func() (data.LogProber, error) { return baseline.Gaussian{}.Fit(train.Rows) }},
			{"mixture", func() (data.LogProber, error) {
				em := baseline.EM{Components: []int{1, 2, 3, 5, 10, 20, 40}, HeldOut: 0.15, Floor: 1e-4}
				m, err := em.Fit(t.Context(), train.Rows, seeded(1))
				if err == nil {
					t.Logf("%d components of %v", len(m.Weights), m.Tried)
				}
				return m, err
			}},
			{"kernels, Scott", func() (data.LogProber, error) {
				return baseline.Kernel{}.Fit(t.Context(), train.Rows)
			}},
			{"kernels, held out", func() (data.LogProber, error) {
				return baseline.Kernel{HeldOut: 0.15}.Fit(t.Context(), train.Rows)
			}},
		} {
			start := time.Now()
			p, err := b.fit()
			require.NoError(t, err)
			logs, err := data.LogProbs(p, test.Rows)
			require.NoError(t, err)
			var nats, normal float64
			scores, anomaly := make([]float64, len(logs)), make([]bool, len(logs))
			for i, l := range logs {
				scores[i], anomaly[i] = -l, label[i] == 1
				if !anomaly[i] {
					nats += l
					normal++
				}
			}
			area, err := score.AUROC(scores, anomaly)
			require.NoError(t, err)
			table := strings.TrimSuffix(filepath.Base(name), ".train.csv")
			fmt.Printf("| %s | %d | %d | %s | %.3f | %.3f | %.1f |\n", table, train.Len(), len(train.Names), b.name,
				nats/normal, area, time.Since(start).Seconds())
		}
	}
}
