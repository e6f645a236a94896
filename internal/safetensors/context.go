package safetensors

import (
	"context"
	"io"
)

// WithContext returns a reader of r that fails once ctx has ended: a file of gigabytes is read by pieces.
func WithContext(ctx context.Context, r io.Reader) io.Reader { return &contextReader{r, ctx} }

type contextReader struct {
	io.Reader
	ctx context.Context
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	const most = 4 << 20 // bytes in one piece
	return r.Reader.Read(p[:min(len(p), most)])
}
