package main

import (
	"bytes"
	"os"
	"strconv"
)

// freeMemory returns how many bytes of memory a process may still take: those that the system has, or fewer where it
// runs in a group that is bounded. 0 is unknown.
func freeMemory() int64 {
	var free int64
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range bytes.Lines(text) {
			if rest, ok := bytes.CutPrefix(line, []byte("MemAvailable:")); ok {
				kilobytes, _ := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
				free = kilobytes << 10
			}
		}
	}
	most, bounded := groupFigure("memory.max")
	now, _ := groupFigure("memory.current")
	if left := max(most-now, 1); bounded && (free == 0 || left < free) {
		return left
	}
	return free
}

// groupFigure reads a number of the control group that a container sees as its own.
func groupFigure(name string) (int64, bool) {
	text, err := os.ReadFile("/sys/fs/cgroup/" + name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64) // "max" is no number
	return n, err == nil
}
