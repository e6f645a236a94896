package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// terms are those of sums of some vectors times numbers, of which a loop goes from one to the next.
type terms struct {
	x      func(r int) Mem // a vector of the term at hand
	number func(c int) Mem // what column c of the sums has it times
	next   func()          // goes to the next term, at first to the first
	settle func()          // before a label: the code behind it is reached from elsewhere too
	forget func()          // what next has done since then, where the code that follows is reached without it
}

// add adds k terms, at least one, to the sums of each column.
func (t terms) add(v vec, acc [][]reg.VecVirtual, k reg.Register) {
	m, h := len(acc), len(acc[0])
	if v.wide && m > 1 && h > 1 && m*h+h+4 <= 32 {
		t.addAhead(v, acc, k)
	} else {
		t.addInTurn(v, acc, k)
	}
}

// addInTurn loads what a term multiplies right before.
func (t terms) addInTurn(v vec, acc [][]reg.VecVirtual, k reg.Register) {
	loop := label("term")
	Label(loop)
	t.next()
	xs := make([]Op, len(acc[0]))
	for r := range xs {
		xs[r] = t.x(r)
		if len(acc) > 1 {
			x := v.reg()
			v.move(xs[r], x)
			xs[r] = x
		}
	}
	for c := range acc {
		if v.wide && len(xs) == 1 && len(acc) > 1 {
			v.emit(VFMADD231PS_BCST, VFMADD231PD_BCST, t.number(c), xs[0], acc[c][0])
			continue
		}
		number := v.reg()
		v.broadcast(t.number(c), number)
		for r := range xs {
			v.fma(xs[r], number, acc[c][r])
		}
	}
	t.settle()
	DECQ(k)
	jump(JNE, loop)
}

// addAhead loads what is multiplied a pair of columns before, and for the first pair during the term before. Where another
// program runs on the other half of the core, half of the instructions that may wait are its own, and too few are left for
// the loads of one term to begin among the products of the last.
func (t terms) addAhead(v vec, acc [][]reg.VecVirtual, k reg.Register) {
	const round = 2 // terms: after an even number of pairs the first is in the same registers again
	m, loop, last, one, done := len(acc), label("terms"), label("last"), label("one"), label("added")
	xs, numbers := v.regs(len(acc[0])), [2][]reg.VecVirtual{v.regs(2), v.regs(2)}
	pair := 0 // that is multiplied
	load := func(c int, to []reg.VecVirtual) {
		for i := c; i < min(c+2, m); i++ {
			v.broadcast(t.number(i), to[i-c])
		}
	}
	term := func(more bool) {
		for c := 0; c < m; c += 2 {
			final := c+2 >= m
			switch {
			case !final:
				load(c+2, numbers[1-pair])
			case more:
				t.next()
				load(0, numbers[1-pair])
			}
			for r, x := range xs {
				for i := c; i < min(c+2, m); i++ {
					v.fma(x, numbers[pair][i-c], acc[i][r])
				}
				if final && more {
					v.move(t.x(r), x)
				}
			}
			pair = 1 - pair
		}
	}
	t.next()
	for r, x := range xs {
		v.move(t.x(r), x)
	}
	load(0, numbers[pair])
	t.settle()
	SUBQ(U8(round+1), k)
	jump(JLT, last)
	Label(loop)
	for range round {
		term(true)
	}
	t.settle()
	SUBQ(U8(round), k)
	jump(JGE, loop)
	Label(last) // two terms are left, or one
	CMPQ(k, I8(-round))
	jump(JEQ, one)
	term(true)
	term(false)
	jump(JMP, done)
	t.forget()
	pair = 0
	Label(one)
	term(false)
	Label(done)
}
