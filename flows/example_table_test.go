package flows_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"strings"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// A table with gaps, categories and counts is learnt, and its own units come back: densities of rows as they were read,
// and rows that look like them.
func Example_table() {
	var file strings.Builder
	rng := rand.New(rand.NewPCG(1, 0))
	fmt.Fprintln(&file, "income,children,city")
	for range 600 {
		city, children := rng.IntN(2), rng.IntN(4)
		income := fmt.Sprintf("%.2f", 2000*float64(1+city)+300*float64(children)+200*rng.NormFloat64())
		if rng.IntN(10) == 0 {
			income = "NA"
		}
		fmt.Fprintf(&file, "%s,%d,%s\n", income, children, []string{"Oslo", "Rome"}[city])
	}

	table, err := data.CSV{Missing: []string{"NA"}, Categories: []string{"city"}}.Read(strings.NewReader(file.String()))
	if err != nil {
		log.Fatal(err)
	}
	parts, err := data.Holdout{NoValidation: true}.SplitTable(table, rng)
	if err != nil {
		log.Fatal(err)
	}
	fit, notes, err := data.Recipe{Each: data.Rule{Missing: data.Noise, Dequantise: true}}.Fit(parts.Train)
	if err != nil {
		log.Fatal(err)
	}
	for _, note := range notes {
		fmt.Println(note)
	}

	ctx := context.Background()
	flow := &flows.Flow{
		Dim:    fit.Dim(),
		Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{32}}},
		Params: nn.NewParams(rng),
	}
	rows, err := fit.Source(parts.Train, 128, 1)
	if err != nil {
		log.Fatal(err)
	}
	if err := (optim.Trainer{Optimizer: &optim.Adam{LR: 1e-2}, Epochs: 15}).RunSource(ctx, flow.NLL(), rows); err != nil {
		log.Fatal(err)
	}

	rich := data.Table{Names: table.Names, Levels: table.Levels, Rows: data.Rows(3, 5000, 3, 1, 5000, 3, 0)}
	logp, err := fit.LogProb(ctx, rich, flow, 20, rng)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("5000 is likelier in Rome:", logp[0] > logp[1])
	z, err := flow.Sample(ctx, 4, rng)
	if err != nil {
		log.Fatal(err)
	}
	drawn, err := fit.Invert(z)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(drawn.Names, drawn.Len())
	// Output:
	// column "income" misses 61 values: filled with noise
	// column "children" has 4 distinct values in 540 rows: blurred by 1
	// 5000 is likelier in Rome: true
	// [income children city] 4
}
