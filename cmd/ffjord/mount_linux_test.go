package main

import "syscall"

// mountSmall mounts a disk of a megabyte.
func mountSmall(folder string) error { return syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m") }

func unmount(folder string) error { return syscall.Unmount(folder, 0) }
