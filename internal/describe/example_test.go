package describe_test

import (
	"fmt"
	"log"

	"github.com/go-ffjord/ffjord/internal/describe"
)

type layer interface{ Width() int }

type dense struct {
	Out  int
	Bias float64
}

func (d dense) Width() int { return d.Out }

func Example() {
	type model struct {
		Dim    int
		Layers []layer
	}
	types := &describe.Types{}
	if err := types.Add("dense", dense{}); err != nil {
		log.Fatal(err)
	}
	codec := describe.Codec{Types: types}
	text, err := codec.Write(model{Dim: 2, Layers: []layer{dense{Out: 64}, dense{Out: 2, Bias: 0.1}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", text)

	var m model
	if err := codec.Read(text, &m); err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Layers[1].Width())

	stranger := []byte(`{"Layers":[{"type":"exec.Cmd","Path":"/bin/sh"}]}`)
	fmt.Println(codec.Read(stranger, &m))
	// Output:
	// {"Dim":2,"Layers":[{"type":"dense","Out":64},{"type":"dense","Out":2,"Bias":0.1}]}
	// 2
	// Layers[0]: the type "exec.Cmd" is unknown; if it is one of your own, name it in types
}
