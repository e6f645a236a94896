package mpi

// SetPiece bounds the bytes of a message that travel at once.
func (w *World) SetPiece(bytes int) { w.piece = bytes }
