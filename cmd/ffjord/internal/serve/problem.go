package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// problem is an answer that says what is wrong, as RFC 9457 has it, with members of its own that name the place.
type problem struct {
	Status  int    `json:"status"`
	Title   string `json:"title"`            // of the status
	Code    string `json:"code"`             // for programs, and never changed
	Detail  string `json:"detail"`           // for people
	Row     *int   `json:"row,omitempty"`    // of the request, from 0
	Column  string `json:"column,omitempty"` // by name
	Want    string `json:"want,omitempty"`
	Request string `json:"request_id"`

	retryAfter int               // seconds, zero is none
	header     map[string]string // of the answer
}

const problemType = "application/problem+json"

func (p *problem) Error() string { return p.Detail }

// problemf makes a problem of a status, with a code for programs and a text that says what is wrong.
func problemf(status int, code, format string, args ...any) *problem {
	return &problem{Status: status, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// wanting adds what is wanted instead.
func (p *problem) wanting(format string, args ...any) *problem {
	p.Want = fmt.Sprintf(format, args...)
	p.Detail += ", want " + p.Want
	return p
}

// at adds the line of a text.
func (p *problem) at(line int) *problem {
	p.Detail = fmt.Sprintf("line %d: %s", line, p.Detail)
	return p
}

// in adds the row of a table, beside the column if it has one.
func (p *problem) in(table string, row int) *problem {
	p.Row = &row
	place := fmt.Sprintf("%s: row %d", table, row)
	if p.Column != "" {
		place += ", column " + quote.Text(p.Column)
	}
	p.Detail = place + ": " + p.Detail
	return p
}

// The statuses that several places give.

func badRequest(code, format string, args ...any) *problem {
	return problemf(http.StatusBadRequest, code, format, args...)
}

func tooLarge(what string, n, most int64) *problem {
	return problemf(http.StatusRequestEntityTooLarge, "too_large", "%d %s", n, what).wanting("at most %d", most)
}

func tooMany(of string, there, most, seconds int) *problem {
	p := problemf(http.StatusTooManyRequests, "busy", "%d %s are being answered already, of at most %d: want another try in %d s",
		there, of, most, seconds)
	p.retryAfter = seconds
	return p
}

func unavailable(code, format string, args ...any) *problem {
	p := problemf(http.StatusServiceUnavailable, code, format, args...)
	p.retryAfter = 1
	return p
}

// asProblem returns the problem that an error is, and one of status 500 that tells nothing of what is inside for any
// other.
func asProblem(err error) *problem {
	if p := (*problem)(nil); errors.As(err, &p) {
		return p
	}
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return problemf(http.StatusRequestEntityTooLarge, "too_large", "the body is too large").wanting("at most %d bytes", big.Limit)
	}
	return problemf(http.StatusInternalServerError, "internal", "the service failed; its log has more under the request's id")
}

// answer writes the problem.
func (p *problem) answer(w http.ResponseWriter, id string) {
	out := *p
	out.Title, out.Request = http.StatusText(p.Status), id
	for name, value := range p.header {
		w.Header().Set(name, value)
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(out)
}
