package nn_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"math/rand/v2"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// A network of PyTorch, Sequential(Linear(2, 3), Tanh(), Linear(3, 1)), comes over by a rule for names: Sequential
// counts its activations too, and the weight of its Linear is (out, in).
func ExampleParams_ImportFrom() {
	// What save_file(model.state_dict(), "torch.safetensors") writes.
	header := `{` +
		`"0.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},` +
		`"0.bias":{"dtype":"F32","shape":[3],"data_offsets":[24,36]},` +
		`"2.weight":{"dtype":"F32","shape":[1,3],"data_offsets":[36,48]},` +
		`"2.bias":{"dtype":"F32","shape":[1],"data_offsets":[48,52]}}`
	var file bytes.Buffer
	for _, part := range []any{
		uint64(len(header)), []byte(header),
		[]float32{11, 12, 21, 22, 31, 32}, []float32{1, 2, 3}, []float32{5, 6, 7}, []float32{8},
	} {
		if err := binary.Write(&file, binary.LittleEndian, part); err != nil {
			log.Fatal(err)
		}
	}

	net := nn.MLP{Hidden: []int{3}, Out: 1, Time: nn.Ignore}
	params := &nn.Params{Rand: rand.New(rand.NewPCG(1, 0)), Dtype: tensor.Float64}
	_, err := graph.Build(tensor.Float64, graph.SymbolicRows, func(g *graph.Graph) {
		net.Apply(nn.NewScope(g, params, "", nil), g.Rows("x", 2))
	})
	if err != nil {
		log.Fatal(err)
	}
	err = params.ImportFrom(&file, func(param string) nn.Source {
		name := param
		if last, ok := strings.CutPrefix(param, "1."); ok {
			name = "2." + last
		}
		return nn.Source{Tensor: name, Transpose: strings.HasSuffix(param, "weight")}
	})
	if err != nil {
		log.Fatal(err)
	}
	for p := range params.All() {
		rows, cols := p.Shape()
		fmt.Printf("%s (%d, %d) %v\n", p.Name(), rows, cols, p.Numbers())
	}
	// Output:
	// 0.weight (2, 3) [11 21 31 12 22 32]
	// 0.bias (1, 3) [1 2 3]
	// 1.weight (3, 1) [5 6 7]
	// 1.bias (1, 1) [8]
}
