package optim_test

import "syscall"

// mount mounts a disk of a megabyte, or changes one that is mounted to "ro" or "rw".
func mount(folder, change string) error {
	switch change {
	case "ro":
		return syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=1m")
	case "rw":
		return syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, "size=1m")
	}
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m")
}

func unmount(folder string) error { return syscall.Unmount(folder, 0) }
