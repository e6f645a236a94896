package flows_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// A file with the transform that made a flow's rows takes the rows of the table as they are: the same densities, bit
// for bit, of x and given a condition.
func TestAFileTakesRawRows(t *testing.T) {
	table, err := data.CSV{Categories: []string{"city"}}.Read(strings.NewReader("height,price,city\n1.7,10,Oslo\n1.8,2000,Rome\n1.65,30,Rome\n1.6,55,Oslo\n"))
	require.NoError(t, err)
	fit, _, err := data.Recipe{Columns: map[string]data.Rule{"price": {Shape: data.YeoJohnson}, "city": {OneHot: true}}}.Fit(table)
	require.NoError(t, err)
	text, err := json.Marshal(fit)
	require.NoError(t, err)
	for _, dtype := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		params := nn.NewParams(rand.New(rand.NewPCG(1, 0)))
		params.Dtype = dtype
		flow := &flows.Flow{
			Dim: 2, Cond: 2, Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}}, Params: params,
			Notes: map[string]string{"table": string(text), "": "höhe"},
		}
		var file bytes.Buffer
		require.NoError(t, flow.Write(&file, nil))
		again, err := flows.Read(t.Context(), &file, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, flow.Notes, again.Notes)

		density := func(flow *flows.Flow) []float64 {
			var fit data.Transform
			require.NoError(t, json.Unmarshal([]byte(flow.Notes["table"]), &fit))
			x, err := fit.Part("height", "price")
			require.NoError(t, err)
			c, err := fit.Part("city")
			require.NoError(t, err)
			zc, _, err := c.Apply(table, nil)
			require.NoError(t, err)
			logp, err := x.LogProb(t.Context(), table, flow.Given(zc), 1, nil)
			require.NoError(t, err)
			return logp
		}
		assert.Equal(t, density(flow), density(again))
	}

	flow := &flows.Flow{Dim: 1, Blocks: flows.Affine{Learn: true}, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))), Notes: map[string]string{"a": "\xff"}}
	assert.ErrorContains(t, flow.Write(&bytes.Buffer{}, nil), `the note "a" is no UTF-8`)
	flow.Notes = nil
	var file bytes.Buffer
	require.NoError(t, flow.Write(&file, nil))
	again, err := flows.Read(t.Context(), &file, nil, nil)
	require.NoError(t, err)
	assert.Nil(t, again.Notes)
}

// A model file has what made the rows of its flow.
func ExampleFlow_notes() {
	table := data.Table{Names: []string{"height"}, Rows: data.Rows(1, 1.5, 1.75)}
	fit, _, err := data.Recipe{}.Fit(table)
	if err != nil {
		log.Fatal(err)
	}
	text, err := json.Marshal(fit)
	if err != nil {
		log.Fatal(err)
	}
	flow := &flows.Flow{
		Dim: fit.Dim(), Blocks: flows.Affine{Learn: true}, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))),
		Notes: map[string]string{"table": string(text)},
	}
	fmt.Println(flow.Notes["table"])
	// Output: {"columns":[{"name":"height","mean":[1.625],"std":[0.125]}]}
}
