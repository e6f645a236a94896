// Package early says where Graphviz keeps what it has compiled, before it looks. Package go-graphviz compiles itself while a
// program starts, and runs what it finds in go-graphviz in the folder for temporary files: there any user may have put
// it, and a folder that another user has made, or a full one, ends the program before it has begun. So it is given a folder
// that is the user's own, and where there is none it compiles itself each time, in a second.
//
// It works because packages are initialised in the order of their paths as far as their imports allow, which the
// specification of Go says, and this one imports nothing that is slow to be ready. Importers call [Late] once it is over.
package early

import (
	"io"
	"os"
	"path/filepath"
)

const temporary = "TMPDIR"

// before is what was said before. It is of the process, as the environment is.
var before, was = set()

func set() (string, bool) {
	before, was := os.LookupEnv(temporary)
	folder := private()
	if folder == "" {
		folder = os.DevNull // in which no folder can be made
	}
	_ = os.Setenv(temporary, folder) // its name and value are fine
	return before, was
}

// Late says again what was said before, and whether it could.
func Late() bool {
	if !was {
		return os.Unsetenv(temporary) == nil
	}
	return os.Setenv(temporary, before) == nil
}

// private returns a folder that nobody else can write, and which has what was compiled before or room for it; "" if there is
// none.
func private() string {
	caches, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	folder := filepath.Join(caches, "ffjord")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return ""
	}
	if info, err := os.Lstat(folder); err != nil || !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
		return ""
	}
	kept, err := filepath.Glob(filepath.Join(folder, "go-graphviz", "*", "*"))
	if err != nil || len(kept) == 0 && !room(folder) {
		return ""
	}
	for _, name := range kept {
		f, err := os.Open(name)
		if err != nil {
			return ""
		}
		_ = f.Close() // it was opened alone
	}
	return folder
}

// room reports whether what is compiled can be written.
func room(folder string) bool {
	const size = 8 << 20
	f, err := os.CreateTemp(folder, "room")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	defer f.Close()
	_, err = io.CopyN(f, zeros{}, size)
	return err == nil
}

// zeros are bytes of zero without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
