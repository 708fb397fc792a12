#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// prometheus-cpp behind small handles. Names q2o_<service>_<what>_<unit>; labels from fixed sets, never ids or names.
namespace q2o::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double n = 1) = 0;
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

/// Owns the metrics of one process; handles live as long as the registry. Thread-safe. The same name and labels give the same handle.
class Registry {
 public:
  Registry();
  ~Registry();
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, std::vector<double> buckets, const Labels& labels = {});
  std::string text() const;  ///< as Prometheus reads it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace q2o::metrics
