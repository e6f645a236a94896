package engine

import "math/bits"

// slotSpace deals out runs of slots, the first gap that fits, in a time that grows with the logarithm of their number.
type slotSpace struct {
	size   int   // slots dealt out so far, gaps among them
	starts []int // of the gap that ends at a slot, plus 1; 0 for none
	most   []int // a tree over the slots: the length of the longest gap that starts at one of a node's
}

// leaf is the place in the tree of a slot.
func (s *slotSpace) leaf(slot int) int { return len(s.most)/2 + slot }

// length returns the length of the gap that starts at a slot.
func (s *slotSpace) length(slot int) int {
	if i := s.leaf(slot); i < len(s.most) {
		return s.most[i]
	}
	return 0
}

// set makes the gap from a slot on n long, 0 for none.
func (s *slotSpace) set(from, n int) {
	if n > 0 {
		s.starts[from+n] = from + 1
	} else {
		s.starts[from+s.length(from)] = 0
	}
	i := s.leaf(from)
	s.most[i] = n
	for i /= 2; i > 0; i /= 2 {
		s.most[i] = max(s.most[2*i], s.most[2*i+1])
	}
}

// grow makes room for n slots.
func (s *slotSpace) grow(n int) {
	for len(s.starts) <= n {
		s.starts = append(s.starts, 0)
	}
	if 2*n <= len(s.most) {
		return
	}
	old := s.most[len(s.most)/2:]
	leaves := 1 << bits.Len(uint(n))
	s.most = make([]int, 2*leaves)
	copy(s.most[leaves:], old)
	for i := leaves - 1; i > 0; i-- {
		s.most[i] = max(s.most[2*i], s.most[2*i+1])
	}
}

// take returns the first of n slots in a row that nobody has.
func (s *slotSpace) take(n int) int {
	if len(s.most) > 0 && s.most[1] >= n {
		i := 1
		for i < len(s.most)/2 {
			if i *= 2; s.most[i] < n {
				i++
			}
		}
		from, length := i-len(s.most)/2, s.most[i]
		s.set(from, 0)
		if length > n {
			s.set(from+n, length-n)
		}
		return from
	}
	from := s.size
	s.grow(from + n)
	if start := s.starts[s.size] - 1; start >= 0 {
		from = start
		s.set(from, 0)
		s.grow(from + n)
	}
	s.size = from + n
	return from
}

// free gives n slots back.
func (s *slotSpace) free(from, n int) {
	end := from + n
	if after := s.length(end); after > 0 {
		s.set(end, 0)
		end += after
	}
	if start := s.starts[from] - 1; start >= 0 {
		s.set(start, 0)
		from = start
	}
	s.set(from, end-from)
}
