// Package safetensors reads and writes files in the safetensors format: eight bytes with the length of a header, the
// header, which is a JSON object of names, element types, shapes and places, and the tensors' numbers, little-endian
// and row-major, one tensor behind the other. Nothing in such a file is executed.
//
// Files may come from strangers. A header is checked before anything of the length that it names is taken: no name
// twice, no hole, no overlap, every length that of its shape and type. Element types that the package does not know are
// an error only where somebody wants their numbers.
//
// What the package writes carries a checksum over every byte of the file, which is verified wherever it is found.
//
// What may enter this package: the format. It knows no parameter and no model.
package safetensors
