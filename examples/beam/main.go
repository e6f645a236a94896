// Beam scores the rows of a text file by an Apache Beam pipeline: each line is answered by itself and its log-density.
//
//	go run . -model moons.safetensors -rows 'rows*.csv' -out scores.csv
//
// Without -runner it runs on Prism, Beam's local runner; Flink, Spark and Dataflow are other values of that flag. The
// module is one of its own, so that nobody else has Beam among what they require.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

func main() {
	model := flag.String("model", "", "model that a flow's Save has written, for rows as they are")
	rows := flag.String("rows", "", "files of lines of numbers with commas between them, without names")
	out := flag.String("out", "scores.csv", "file to write")
	batch := flag.Int("batch", 4096, "rows computed at once")
	flag.Parse()
	beam.Init()
	if *model == "" || *rows == "" || *batch < 1 {
		log.Fatal("want -model, -rows and a -batch of one row or more")
	}
	if err := beamx.Run(context.Background(), pipeline(*model, *rows, *out, *batch)); err != nil {
		log.Fatal(err)
	}
}

// pipeline reads lines, scores them and writes the answers.
func pipeline(model, rows, out string, batch int) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	lines := textio.Read(s, rows)
	textio.Write(s, out, beam.ParDo(s, &scoreFn{Model: model, Batch: batch}, lines))
	return p
}
