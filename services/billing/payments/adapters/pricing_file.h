#pragma once

#include <sys/stat.h>

#include <memory>
#include <mutex>
#include <string>

#include "common/metrics/metrics.h"
#include "services/billing/payments/domain/pricing.h"

namespace q2o::billing::payments {

/// The pricing configuration in its file. A change of the file is taken at the next question, without a restart; a file that became wrong
/// is complained about (log, gauge q2o_billing_pricing_config_good) and the last good one stays in force. Thread-safe.
class PricingFile {
 public:
  /// Throws std::runtime_error with all complaints when the file is wrong at the start.
  PricingFile(std::string path, metrics::Registry& metrics);
  std::shared_ptr<const Pricing> current();

 private:
  bool changed();
  std::string path_;
  metrics::Gauge& good_;
  std::mutex mutex_;
  struct stat seen_{};
  std::shared_ptr<const Pricing> pricing_;
};

/// PRICING_CONFIG_PATH of the environment, else the file of the configuration folder.
std::string pricing_path(const std::string& config_folder);

}  // namespace q2o::billing::payments
