#include "common/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace q2o::metrics {
namespace {

struct PrometheusCounter final : Counter {
  explicit PrometheusCounter(prometheus::Counter& counter) : inner(counter) {}
  void add(double n) override { inner.Increment(n); }
  prometheus::Counter& inner;
};
struct PrometheusGauge final : Gauge {
  explicit PrometheusGauge(prometheus::Gauge& gauge) : inner(gauge) {}
  void set(double value) override { inner.Set(value); }
  prometheus::Gauge& inner;
};
struct PrometheusHistogram final : Histogram {
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : inner(histogram) {}
  void observe(double value) override { inner.Observe(value); }
  prometheus::Histogram& inner;
};

}  // namespace

struct Registry::State {
  using Key = std::pair<std::string, Labels>;
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::mutex mutex;
  std::map<Key, std::unique_ptr<Counter>> counters;
  std::map<Key, std::unique_ptr<Gauge>> gauges;
  std::map<Key, std::unique_ptr<Histogram>> histograms;

  /// The handle under this name and these labels; made by `make` when new.
  template <class Handle, class Make>
  Handle& handle(std::map<Key, std::unique_ptr<Handle>>& all, const std::string& name, const Labels& labels, const Make& make) {
    const std::lock_guard lock(mutex);
    auto& slot = all[{name, labels}];
    if (!slot) slot = make();
    return *slot;
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return state_->handle(state_->counters, name, labels, [&] {
    return std::make_unique<PrometheusCounter>(prometheus::BuildCounter().Name(name).Help(help).Register(*state_->registry).Add(labels));
  });
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return state_->handle(state_->gauges, name, labels, [&] {
    return std::make_unique<PrometheusGauge>(prometheus::BuildGauge().Name(name).Help(help).Register(*state_->registry).Add(labels));
  });
}

Histogram& Registry::histogram(const std::string& name, const std::string& help, std::vector<double> buckets, const Labels& labels) {
  return state_->handle(state_->histograms, name, labels, [&] {
    return std::make_unique<PrometheusHistogram>(
        prometheus::BuildHistogram().Name(name).Help(help).Register(*state_->registry).Add(labels, std::move(buckets)));
  });
}

std::string Registry::text() const {
  return prometheus::TextSerializer().Serialize(state_->registry->Collect());
}

}  // namespace q2o::metrics
