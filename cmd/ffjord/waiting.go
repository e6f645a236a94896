package main

import (
	"context"
	"io"
)

// waiting reads what may have to be waited for, from a terminal or another program, and no longer than its context lasts: a
// read of standard input can't be woken.
type waiting struct {
	ctx    context.Context
	r      io.Reader
	pieces chan piece // nil before the first read
	left   piece
}

// piece is what one read has given.
type piece struct {
	text []byte
	err  error
}

// Read reads. After the end of the context it returns the cause.
func (w *waiting) Read(p []byte) (int, error) {
	if w.pieces == nil {
		w.pieces = make(chan piece)
		go w.pull()
	}
	if len(w.left.text) == 0 && w.left.err == nil {
		select {
		case w.left = <-w.pieces:
		case <-w.ctx.Done():
			return 0, context.Cause(w.ctx)
		}
	}
	n := copy(p, w.left.text)
	w.left.text = w.left.text[n:]
	if len(w.left.text) > 0 {
		return n, nil
	}
	return n, w.left.err
}

// pull reads until the end, one piece before it is asked for.
func (w *waiting) pull() {
	for {
		text := make([]byte, 1<<16)
		n, err := w.r.Read(text)
		select {
		case w.pieces <- piece{text[:n], err}:
		case <-w.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}
