package optim

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"
)

// agree lets the ranks compare, before the first step, whatever has to be the same on all of them.
func (r *run) agree(ctx context.Context) error {
	if !r.ranks.many() {
		return nil
	}
	if err := r.readModel(); err != nil {
		return err
	}
	print, err := fingerprint(r.source)
	if err != nil {
		return err
	}
	facts := r.facts(print)
	var words strings.Builder
	for _, f := range facts {
		words.WriteString(f.value + "\x00")
	}
	all, err := r.ranks.meet(ctx, "the start", []byte(words.String()))
	if err != nil {
		return err
	}
	limit, err := r.ranks.fromFirst(ctx, "the limit", appendNumbers(nil, []float64{float64(r.Limit)}))
	if err != nil {
		return err
	}
	if counts, _, ok := takeNumbers(limit); ok && len(counts) == 1 {
		r.Limit = time.Duration(counts[0])
		r.event.Limit = r.Limit
	}
	for rank, m := range all {
		theirs, first := strings.Split(string(m), "\x00"), strings.Split(string(all[0]), "\x00")
		for i, f := range facts {
			if i >= len(theirs) || i >= len(first) || theirs[i] != first[i] {
				return &RankError{rank, fmt.Errorf("it has not the %s of rank 0: %.80q and %.80q", f.of, at(theirs, i), at(first, i))}
			}
		}
	}
	return nil
}

// fact is something that has to be the same on all ranks.
type fact struct{ of, value string }

// facts returns them, given the fingerprint of the rows.
func (r *run) facts(print string) []fact {
	settings := fmt.Sprintf("%d epochs, batches of %d rows, %d to a step, MaxNorm %g, MaxRise %g, WarmUp %d, AverageDecay %g, Seed %d",
		r.Epochs, r.Batch, r.Accumulate, r.MaxNorm, r.MaxRise, r.WarmUp, r.AverageDecay, r.Seed)
	held := "none"
	if v := r.Validation; v != nil {
		held = fmt.Sprintf("every %d steps, Patience %d, MinDelta %g, KeepLast %t", v.Every, v.Patience, v.MinDelta, v.KeepLast)
	}
	return []fact{
		{"binary", runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + " " + binaryPrint()},
		{"parameters", r.sizes()},
		{"starting values (want the same seed of the model on all ranks)", fmt.Sprintf("%08x", r.sumModel())},
		{"rows", print},
		{"batches of an epoch", fmt.Sprint(r.source.Len())},
		{"settings", settings},
		{"Decay", fmt.Sprint(r.Decay)},
		{"Plateau", fmt.Sprintf("%+v", valueOf(r.Plateau))},
		{"Budget", fmt.Sprintf("%+v", valueOf(r.Budget))},
		{"Validation", held},
		{"Checkpoint", fmt.Sprint(r.Checkpoint != nil)},
		{"optimizer", fmt.Sprintf("%T", r.Optimizer)},
	}
}

func at(texts []string, i int) string {
	if i < len(texts) {
		return texts[i]
	}
	return ""
}

// valueOf returns what p points at, or the zero value.
func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// sizes returns the names of the parameters, and the sizes of all numbers of the model in float32 and float64.
func (r *run) sizes() string {
	var b strings.Builder
	b.WriteString(strings.Join(names(r.model), " "))
	for _, p := range r.all {
		fmt.Fprintf(&b, " %d+%d", len(p.w32), len(p.w64))
	}
	return b.String()
}
