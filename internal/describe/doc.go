// Package describe writes values as JSON and reads them back: the architecture of a model, which is structs of numbers,
// names and slices, with interfaces in between. Behind an interface the type stands by its name, and only types that
// the reader was given can be named: a description makes nothing else, and runs nothing.
//
//	{"Dim":2,"Blocks":{"type":"flows.FFJORD","Field":{"type":"nn.MLP","Hidden":[64,64]},"T1":0.5}}
//
// A struct is an object with one member for each exported field that is not zero. Behind an interface its first member
// is "type"; a list there is {"type": ..., "items": [...]}, and all else {"type": ..., "value": ...}. Numbers are read
// bit for bit as they were.
//
// Descriptions may come from strangers. What is not exactly as it is written is refused with the path to it, such as
// Blocks[0].Field: an unknown type or member, one that stands twice, a number out of range. Depth and size are bounded.
//
// What may enter this package: reading and writing of values by reflection. It knows no layer and no flow.
package describe
