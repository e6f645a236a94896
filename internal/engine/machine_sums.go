package engine

// Reset sets all sums to zero.
func (m *Machine[T]) Reset() {
	if m.counted > 0 {
		clear(m.accums)
		m.counted = 0
	}
	for _, o := range m.summed {
		clear(o.total)
	}
}

// Sum returns the output name, row-major: a sum over the rows of all runs since Reset, or a uniform value of the latest
// run; nil where there is none.
func (m *Machine[T]) Sum(name string) []T {
	o := m.outputs[name]
	if o == nil || o.value.perRow {
		return nil
	}
	if o.value.sum {
		m.flush()
		return o.total
	}
	v := o.value.view
	copyView(o.total, place(v.cols, 0, 0, v.rows, v.cols), m.area.at(v), v)
	return o.total
}

// flush adds what the accumulators hold to the sums and clears them.
func (m *Machine[T]) flush() {
	if m.counted == 0 {
		return
	}
	if len(m.summed) == 0 {
		m.counted = 0
		return
	}
	m.fold()
	m.finish()
}

// fold makes the sums of the accumulators, which it clears.
func (m *Machine[T]) fold() {
	p := m.prog
	for _, f := range m.layout.folds {
		c := &p.matrices[f.matrix]
		dst := m.area.sums[c.off : c.off+c.rows*c.cols]
		if f.outer != nil {
			m.kernels.FoldOuter(f.outer, dst, m.accums)
		} else {
			m.kernels.Fold(dst, m.accums[f.s:])
		}
	}
	if p.rowCount >= 0 && p.matrices[p.rowCount].used {
		m.area.sums[p.matrices[p.rowCount].off] = T(m.counted)
	}
	clear(m.accums)
	m.counted = 0
}

// finish runs the epilogue and adds its results to the sums that Sum returns.
func (m *Machine[T]) finish() {
	m.area.compute(m.prog.epilogue)
	for _, o := range m.summed {
		addView(o.total, m.area.at(o.value.view), o.value.view)
	}
}

// Partial appends what the runs since the last Partial, Reset or Sum add to the sums over rows, before the epilogue, to
// dst. The sums of several machines are added with Complete.
func (m *Machine[T]) Partial(dst []T) []T {
	m.fold()
	for i := range m.prog.matrices {
		if c := &m.prog.matrices[i]; c.leaf && c.used {
			dst = append(dst, m.area.sums[c.off:c.off+c.rows*c.cols]...)
		}
	}
	return dst
}

// Complete makes the sums that Sum returns of the partial ones of all machines that had a part in a run, added in
// order. The epilogue sees sums over all rows, and need not be linear in them. The machine must have run or been
// prepared.
func (m *Machine[T]) Complete(parts ...[]T) {
	m.Reset()
	at := 0
	for i := range m.prog.matrices {
		c := &m.prog.matrices[i]
		if !c.leaf || !c.used {
			continue
		}
		dst := m.area.sums[c.off : c.off+c.rows*c.cols]
		clear(dst)
		for _, part := range parts {
			for k := range dst {
				dst[k] += part[at+k]
			}
		}
		at += len(dst)
	}
	m.finish()
}

// addView adds the elements of a view to d, row-major.
func addView[T Float](d, x []T, v view) {
	for i := range v.rows {
		for j := range v.cols {
			d[i*v.cols+j] += x[i*v.rowStride+j*v.colStride]
		}
	}
}
