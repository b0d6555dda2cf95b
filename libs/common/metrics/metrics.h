#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <memory>

namespace furnace::metrics {

/// The process's metrics, as /metrics shows them. Instruments live as long as the
/// process and are thread-safe.
///
///   static prometheus::Counter& submitted =
///       metrics::Counter("furnace_jobs_submitted_total", "Jobs acknowledged.");
///   submitted.Increment();
std::shared_ptr<prometheus::Registry> Registry();

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const prometheus::Labels& labels = {});
prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                         const prometheus::Labels& labels = {});
/// A histogram of seconds, with buckets from 0.5 ms to 60 s.
prometheus::Histogram& Latency(const std::string& name, const std::string& help,
                               const prometheus::Labels& labels = {});
/// A histogram of seconds, with buckets from 50 ms to 6 h.
prometheus::Histogram& Wait(const std::string& name, const std::string& help,
                            const prometheus::Labels& labels = {});

}  // namespace furnace::metrics
