package optim

import (
	"math"
	"slices"
)

// History keeps the EpochDone events of a run and its last event: its Observe is an [Observer]. It starts anew with the
// first step of a run, and with the past epochs where a run goes on from a checkpoint.
type History struct {
	Epochs []Event
	// End is the latest event of any kind: after a run the Finished one, which says how the run ended. It is the zero
	// Event where no run has begun.
	End Event
	// Label is what the loss is called. Empty means "NLL".
	Label string
}

// Observe is an [Observer].
func (h *History) Observe(e Event) error {
	h.End = e
	switch {
	case e.Kind == Resumed:
		h.Epochs = slices.Clone(e.Past)
	case e.Kind == StepDone && e.Step == 1:
		h.Epochs = slices.Grow(h.Epochs[:0], e.Epochs)
	case e.Kind == EpochDone:
		h.Epochs = append(h.Epochs, e)
	}
	return nil
}

// Last returns the last finished epoch, or the zero Event if there is none.
func (h *History) Last() Event {
	if len(h.Epochs) == 0 {
		return Event{}
	}
	return h.Epochs[len(h.Epochs)-1]
}

// Losses returns the numbers of the epochs and their mean losses, for a curve.
func (h *History) Losses() (epochs, losses []float64) {
	for _, e := range h.Epochs {
		epochs, losses = append(epochs, float64(e.Epoch)), append(losses, e.Loss)
	}
	return epochs, losses
}

// HeldOut returns the numbers of the epochs and the loss of the held-out rows that was known at the end of each, NaN
// before the first, for a curve.
func (h *History) HeldOut() (epochs, losses []float64) {
	for _, e := range h.Epochs {
		loss := e.Held
		if e.Validations == 0 {
			loss = math.NaN()
		}
		epochs, losses = append(epochs, float64(e.Epoch)), append(losses, loss)
	}
	return epochs, losses
}
