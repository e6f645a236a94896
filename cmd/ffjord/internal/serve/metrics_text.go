package serve

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"runtime/metrics"
	"slices"
	"strconv"
)

// The metrics are written in Prometheus' text format, version 0.0.4, by the few lines below and not by its client
// library: that would bring a dozen modules into the build list of everybody who imports this module for its flows, and
// what the service counts is a handful of numbers.

const metricsType = "text/plain; version=0.0.4; charset=utf-8"

// exposition writes metrics.
type exposition struct{ *bufio.Writer }

// write writes all metrics.
func (m *meters) write(to io.Writer) error {
	w := exposition{bufio.NewWriter(to)}
	w.head("ffjord_requests_total", "counter", "Answered requests by route and status.")
	m.requests.each(func(labels string, c *counter) { w.value("ffjord_requests_total", labels, float64(c.n.Load())) })
	w.head("ffjord_request_seconds", "histogram", "Time from a request's header to the end of its answer, by route.")
	m.seconds.each(func(labels string, h *histogram) { w.histogram("ffjord_request_seconds", labels, h) })
	w.head("ffjord_rows_total", "counter", "Rows computed, by route.")
	m.rows.each(func(labels string, c *counter) { w.value("ffjord_rows_total", labels, float64(c.n.Load())) })
	w.head("ffjord_refused_total", "counter", "Requests refused for want of room, by what there was too much of.")
	m.refused.each(func(labels string, c *counter) { w.value("ffjord_refused_total", labels, float64(c.n.Load())) })

	w.head("ffjord_batch_rows", "histogram", "Rows of a batch.")
	w.histogram("ffjord_batch_rows", "", &m.batchRows)
	w.head("ffjord_batch_requests", "histogram", "Requests that a batch serves.")
	w.histogram("ffjord_batch_requests", "", &m.batchJobs)
	w.head("ffjord_batch_seconds", "histogram", "Time that a batch takes.")
	w.histogram("ffjord_batch_seconds", "", &m.batchSeconds)

	w.gauge("ffjord_requests_under_way", "Requests that are being answered.", float64(m.underWay.Load()))
	w.gauge("ffjord_rows_waiting", "Rows of requests that are being answered.", float64(m.waitingRows.Load()))
	w.head("ffjord_model_reloads_total", "counter", "Times that the model's file had changed, by what became of it.")
	w.value("ffjord_model_reloads_total", labels("result", "loaded"), float64(m.reloads.n.Load()))
	w.value("ffjord_model_reloads_total", labels("result", "refused"), float64(m.badReloads.n.Load()))
	failing := 0.0
	if m.reloadFailing.Load() {
		failing = 1
	}
	w.gauge("ffjord_model_stale", "1 while the file is not the model that is served, since it can't be loaded.", failing)
	w.gauge("ffjord_model_loaded_timestamp_seconds", "When the model that is served was loaded.", float64(m.loaded.Load()))
	w.runtime()
	return w.Flush()
}

// runtime writes what tells a leak.
func (w exposition) runtime() {
	samples := []metrics.Sample{
		{Name: "/sched/goroutines:goroutines"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/total:bytes"},
	}
	metrics.Read(samples)
	w.gauge("go_goroutines", "Number of goroutines.", float64(samples[0].Value.Uint64()))
	w.gauge("go_heap_objects_bytes", "Bytes of objects on the heap.", float64(samples[1].Value.Uint64()))
	w.gauge("go_memory_bytes", "Bytes of memory mapped by the Go runtime.", float64(samples[2].Value.Uint64()))
}

func (w exposition) head(name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (w exposition) gauge(name, help string, v float64) {
	w.head(name, "gauge", help)
	w.value(name, "", v)
}

func (w exposition) value(name, labels string, v float64) {
	if labels != "" {
		labels = "{" + labels + "}"
	}
	fmt.Fprintf(w, "%s%s %s\n", name, labels, number(v))
}

// histogram writes the cumulative counts of a histogram.
func (w exposition) histogram(name, labels string, h *histogram) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if labels != "" {
		labels += ","
	}
	var n uint64
	for i, bound := range append(slices.Clone(h.bounds), math.Inf(1)) {
		if h.counts != nil {
			n += h.counts[i]
		}
		w.value(name+"_bucket", labels+`le="`+number(bound)+`"`, float64(n))
	}
	if len(labels) > 0 {
		labels = labels[:len(labels)-1]
	}
	w.value(name+"_sum", labels, h.sum)
	w.value(name+"_count", labels, float64(n))
}

// number writes a number as the format has it.
func number(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
