// Command asm writes the assembly of package kernel with avo: one run per family of
// kernels, each in all four variants of element type and instruction set.
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	log.SetFlags(0)
	family := flag.String("family", "", "kernels to write: matmul, rowmatmul, affine, binary, unary, sums or peak")
	families := map[string]func(vec){
		"matmul":    matMul,
		"rowmatmul": rowMatMul,
		"affine":    affine,
		"binary":    binary,
		"unary":     unary,
		"sums":      sums,
		"peak":      peak,
	}
	tables := flag.String("tables", "", "write the tables of all kernels to this file, .go and .s, instead")
	flag.Parse() // avo's flags too
	if *tables != "" {
		if err := writeTables(*tables); err != nil {
			log.Fatal(err)
		}
		return
	}
	write := families[*family]
	if write == nil {
		log.Fatalf("asm: unknown family %q", *family)
	}
	build.ConstraintExpr("amd64,!purego")
	for _, v := range variants() {
		write(v)
	}
	build.Generate()
}

func variants() []vec {
	return []vec{{wide: true}, {}, {wide: true, double: true}, {double: true}}
}
