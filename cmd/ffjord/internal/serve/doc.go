// Package serve answers questions about the density of a saved model over HTTP: log-densities of rows, draws, the way of
// rows from the base to the data, and a page that shows them.
//
// A request passes these doors in turn, each of them a file: middleware (id, log, metrics, faults), guests (who may ask:
// hosts and origins), limits (room), a handler, and for log-densities the batcher, where the rows of all requests that
// wait become one call of the model. The model stands behind a pointer: a reload swaps it, and requests under way finish
// on the one that they began with.
package serve
