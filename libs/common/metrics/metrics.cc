#include "libs/common/metrics/metrics.h"

#include <string>

namespace furnace::metrics {
namespace {

prometheus::Histogram& Histogram(const std::string& name, const std::string& help,
                                 const prometheus::Labels& labels,
                                 const prometheus::Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*Registry())
      .Add(labels, buckets);
}

}  // namespace

std::shared_ptr<prometheus::Registry> Registry() {
  static const auto registry = std::make_shared<prometheus::Registry>();
  return registry;
}

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const prometheus::Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*Registry()).Add(labels);
}

prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                         const prometheus::Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*Registry()).Add(labels);
}

prometheus::Histogram& Latency(const std::string& name, const std::string& help,
                               const prometheus::Labels& labels) {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  return Histogram(name, help, labels, buckets);
}

prometheus::Histogram& Wait(const std::string& name, const std::string& help,
                            const prometheus::Labels& labels) {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1'800, 3'600, 7'200, 21'600};
  return Histogram(name, help, labels, buckets);
}

}  // namespace furnace::metrics
