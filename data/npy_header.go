package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// npyHeader is what the start of a .npy file says of the numbers that follow.
type npyHeader struct {
	kind      byte // 'f' float, 'i' signed or 'u' unsigned integer
	size      int  // of a number, in bytes
	order     binary.ByteOrder
	fortran   bool // columns one after another
	rows, dim int
}

// readNPYHeader reads the header of NumPy's format, versions 1.0, 2.0 and 3.0 (NumPy enhancement proposal 1): the magic
// bytes, two of version, the length of what follows in two bytes or, from version 2.0 on, four, and a Python literal of
// a dictionary with exactly the keys descr, fortran_order and shape.
func readNPYHeader(r io.Reader) (npyHeader, error) {
	text, err := readNPYDict(r)
	if err != nil {
		return npyHeader{}, fmt.Errorf("data: npy: %w", err)
	}
	h, err := parseNPYDict(text)
	if err != nil {
		return npyHeader{}, fmt.Errorf("data: npy: %w", err)
	}
	return h, nil
}

func readNPYDict(r io.Reader) (string, error) {
	start := make([]byte, 8)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:6]) != "\x93NUMPY" {
		return "", errors.Join(errors.New("no .npy file: its first bytes are not those of the format"), ignoreEOF(err))
	}
	width := 2
	switch start[6] {
	case 1:
	case 2, 3:
		width = 4
	default:
		return "", fmt.Errorf("version %d.%d, want 1 to 3", start[6], start[7])
	}
	length := make([]byte, 4)
	if _, err := io.ReadFull(r, length[:width]); err != nil {
		return "", fmt.Errorf("header: %w", err)
	}
	n := binary.LittleEndian.Uint32(length)
	const most = 1 << 16 // a table's header has about 118 bytes
	if n > most {
		return "", fmt.Errorf("header of %d bytes, want at most %d", n, most)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", fmt.Errorf("header: %w", err)
	}
	return string(text), nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A dictionary is entries between braces: 'descr': '<f8', and the like, in quotes of either kind. Python 2 wrote the
// numbers of a shape as 2L.
const (
	npyText  = `(?:'[^']*'|"[^"]*")`
	npyValue = npyText + `|True|False|\([\dL,\s]*\)`
)

var (
	npyDict   = regexp.MustCompile(`^\s*\{((?:\s*` + npyText + `\s*:\s*(?:` + npyValue + `)\s*,?)*)\s*\}\s*$`)
	npyEntry  = regexp.MustCompile(`(` + npyText + `)\s*:\s*(` + npyValue + `)`)
	npyType   = regexp.MustCompile(`^([<>|=])([fiu])([1248])$`)
	npyShape  = regexp.MustCompile(`^\(\s*(?:\d+L?\s*,\s*)*(?:\d+L?\s*)?\)$`)
	npyFields = regexp.MustCompile(`['"]descr['"]\s*:\s*\[`)
)

func parseNPYDict(text string) (h npyHeader, err error) {
	if npyFields.MatchString(text) {
		return h, errors.New("a structured array, whose rows have named fields: save the numbers alone, " +
			"numpy.lib.recfunctions.structured_to_unstructured(x), or each field x[name] by itself")
	}
	dict := npyDict.FindStringSubmatch(text)
	if dict == nil {
		return h, fmt.Errorf("header %.80q: no dictionary of a type, an order and a shape", text)
	}
	entries := make(map[string]string)
	for _, entry := range npyEntry.FindAllStringSubmatch(dict[1], -1) {
		key := strings.Trim(entry[1], `'"`)
		if _, twice := entries[key]; twice {
			return h, fmt.Errorf("header: %s occurs twice", quote.Cut(key))
		}
		entries[key] = strings.Trim(entry[2], `'"`)
	}
	if len(entries) != 3 {
		return h, fmt.Errorf("header %.80q: want descr, fortran_order and shape", text)
	}
	if err := h.parseType(entries["descr"]); err != nil {
		return h, err
	}
	switch order := entries["fortran_order"]; order {
	case "True":
		h.fortran = true
	case "False":
	default:
		return h, fmt.Errorf("fortran_order %s, want True or False", quote.Text(order))
	}
	err = h.parseShape(entries["shape"])
	return h, err
}

func (h *npyHeader) parseType(descr string) error {
	parts := npyType.FindStringSubmatch(descr)
	if parts == nil {
		return fmt.Errorf("numbers of type %s, want float32, float64 or integers", quote.Text(descr))
	}
	h.kind, h.size, h.order = parts[2][0], int(parts[3][0]-'0'), binary.LittleEndian
	if parts[1] == ">" {
		h.order = binary.BigEndian
	}
	if h.kind == 'f' && h.size < 4 {
		return fmt.Errorf("numbers of type %s, want float32, float64 or integers", quote.Text(descr))
	}
	return nil
}

func (h *npyHeader) parseShape(shape string) error {
	var sizes []int
	if !npyShape.MatchString(shape) {
		return fmt.Errorf("shape %s, want (rows, dim) or (rows)", quote.Text(shape))
	}
	for field := range strings.SplitSeq(strings.Trim(shape, "()"), ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSuffix(field, "L"))
		if err != nil {
			return fmt.Errorf("shape %s is larger than any memory", quote.Cut(shape))
		}
		sizes = append(sizes, n)
	}
	switch len(sizes) {
	case 1:
		h.rows, h.dim = sizes[0], 1
	case 2:
		h.rows, h.dim = sizes[0], sizes[1]
	default:
		return fmt.Errorf("shape %s, want (rows, dim) or (rows)", quote.Cut(shape))
	}
	if h.rows == 0 || h.dim == 0 {
		return fmt.Errorf("shape %s is empty", quote.Cut(shape))
	}
	if h.rows > math.MaxInt/8/h.dim {
		return fmt.Errorf("shape %s is larger than any memory", quote.Cut(shape))
	}
	return nil
}
