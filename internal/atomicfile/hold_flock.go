//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// closedToRename says that a file must be closed before it gets its name. Here it is held until it has it.
const closedToRename = false

// hold tells other processes that the file is being written, until it is closed or its process has ended. Some network
// file systems can't.
func hold(f *os.File) {
	for errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX), syscall.EINTR) {
	}
}

// reclaim removes a file of that age that nobody holds.
func reclaim(path string, age time.Duration) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer f.Close()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) && age > old {
		_ = os.Remove(path)
	}
}
