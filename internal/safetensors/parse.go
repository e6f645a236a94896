package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// metadataKey is the name that no tensor can have.
const metadataKey = "__metadata__"

// parser reads the JSON text of a header, which is one object, token by token: encoding/json takes the last of two
// members of one name, and any kind of number.
type parser struct{ json *json.Decoder }

// parse reads the entries of a header, whose places are not checked yet.
func parse(text []byte) (*Header, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("its text is not UTF-8")
	}
	p := parser{json.NewDecoder(bytes.NewReader(text))}
	p.json.UseNumber()
	h := &Header{}
	err := p.object(func(name string) (err error) {
		if name == metadataKey {
			if h.Metadata, err = p.metadata(); err != nil {
				return fmt.Errorf("%s: %w", metadataKey, err)
			}
			return nil
		}
		t := Tensor{Name: name}
		if err := p.tensor(&t); err != nil {
			return fmt.Errorf("tensor %s: %w", quote.Text(name), err)
		}
		h.Tensors = append(h.Tensors, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := p.json.Token(); err != io.EOF {
		return nil, errors.New("something stands behind its JSON object")
	}
	return h, nil
}

// object reads an object, whose members read takes up behind their names.
func (p parser) object(read func(name string) error) error {
	if err := p.open('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.json.More() {
		token, err := p.token()
		if err != nil {
			return err
		}
		name := token.(string) // the decoder allows nothing else here
		if seen[name] {
			return fmt.Errorf("%s stands in it twice", quote.Text(name))
		}
		seen[name] = true
		if err := read(name); err != nil {
			return err
		}
	}
	_, err := p.token()
	return err
}

// metadata reads an object of texts.
func (p parser) metadata() (map[string]string, error) {
	m := map[string]string{}
	err := p.object(func(name string) error {
		text, err := p.text()
		if err != nil {
			return fmt.Errorf("%s: %w", quote.Text(name), err)
		}
		m[name] = text
		return nil
	})
	return m, err
}

// tensor reads a tensor's type, shape and place.
func (p parser) tensor(t *Tensor) error {
	members := 0
	err := p.object(func(name string) (err error) {
		members++
		switch name {
		case "dtype":
			var s string
			s, err = p.text()
			t.DType = DType(s)
		case "shape":
			t.Shape, err = p.numbers()
		case "data_offsets":
			var at []uint64
			if at, err = p.numbers(); err == nil && len(at) != 2 {
				err = fmt.Errorf("%d numbers, want 2", len(at))
			}
			if err == nil {
				t.start, t.end = at[0], at[1]
			}
		default:
			err = errors.New("it is no member of a tensor")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", quote.Text(name), err)
		}
		return nil
	})
	if err == nil && members < 3 {
		err = errors.New(`want "dtype", "shape" and "data_offsets"`)
	}
	return err
}

// numbers reads a list of integers from 0 on.
func (p parser) numbers() ([]uint64, error) {
	if err := p.open('['); err != nil {
		return nil, err
	}
	list := []uint64{}
	for p.json.More() {
		token, err := p.token()
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("%s, want an integer from 0 to %d", quote.Text(fmt.Sprint(token)), uint64(1<<64-1))
		}
		list = append(list, n)
	}
	_, err := p.token()
	return list, err
}

// text reads a text.
func (p parser) text() (string, error) {
	token, err := p.token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("%s, want a text", quote.Text(fmt.Sprint(token)))
	}
	return s, nil
}

// open reads the begin of an object or a list.
func (p parser) open(want json.Delim) error {
	token, err := p.token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("%s, want %s", quote.Text(fmt.Sprint(token)), want)
	}
	return nil
}

// token reads the next token. What the decoder says of a text that ends is not the end of a file.
func (p parser) token() (json.Token, error) {
	token, err := p.json.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("its JSON text ends too early")
	}
	return token, err
}
