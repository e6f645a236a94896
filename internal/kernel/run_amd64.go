//go:build amd64 && !purego

package kernel

// run makes count calls.
//
//go:noescape
func run(calls *Call, count int, nothing uintptr, arena, uniform, sums, scratch *byte, lanes, rows int)

// runAll is [Set.Run].
func runAll[T Float](calls []Call, arena, uniform, sums, scratch []T, n int) {
	run(&calls[0], len(calls), 0, first(arena), first(uniform), first(sums), first(scratch), Pad(n), n)
}
