//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package atomicfile

import (
	"os"
	"time"
)

// closedToRename says that a file must be closed before it gets its name, as Windows wants it.
const closedToRename = true

// hold does nothing where a file that is being written is told by its age alone.
func hold(*os.File) {}

// reclaim removes a file of that age, if that is old.
func reclaim(path string, age time.Duration) {
	if age > old {
		_ = os.Remove(path)
	}
}
