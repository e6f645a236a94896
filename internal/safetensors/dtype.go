package safetensors

// DType is the name that the format gives a type of elements. Files may have names that are not listed here.
type DType string

// The element types.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
	U64  DType = "U64"
	U8   DType = "U8"
)

// bits returns the size of an element. It reports false where the name is unknown, so that nothing can be said of the
// size.
func (t DType) bits() (n uint64, known bool) {
	switch t {
	case F64, I64, U64, "C64":
		return 64, true
	case F32, "I32", "U32":
		return 32, true
	case F16, BF16, "I16", "U16":
		return 16, true
	case U8, "I8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 8, true
	case "F6_E2M3", "F6_E3M2":
		return 6, true
	case "F4":
		return 4, true
	}
	return 0, false
}
