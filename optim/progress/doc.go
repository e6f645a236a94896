// Package progress shows a training run while it goes on: a bar on a terminal, records in a log elsewhere. It is apart from
// package optim so that who imports a Trainer links nothing of terminals.
package progress
