#include "services/billing/payments/adapters/pricing_file.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "common/log/log.h"
#include "services/billing/payments/domain/pricing_config.h"

namespace q2o::billing::payments {
namespace {

Result<Pricing> read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::not_found, path + " cannot be read", "PRICING_CONFIG", "Set PRICING_CONFIG_PATH to the file with the prices.");
  return parse_pricing({std::istreambuf_iterator<char>(in), {}});
}

}  // namespace

PricingFile::PricingFile(std::string path, metrics::Registry& metrics)
    : path_(std::move(path)),
      good_(metrics.gauge("q2o_billing_pricing_config_good",
                          "1: the prices in force are those of the file; 0: the file is wrong, older ones are used")) {
  changed();
  auto pricing = read(path_);
  if (!pricing) throw std::runtime_error("the prices in " + path_ + " cannot be used:\n" + pricing.error().message);
  pricing_ = std::make_shared<const Pricing>(std::move(*pricing));
  good_.set(1);
  log::info("prices loaded", {{"file", path_}, {"version", pricing_->version}});
}

bool PricingFile::changed() {
  struct stat now{};
  if (::stat(path_.c_str(), &now) != 0) now = {};
  const auto key = [](const struct stat& s) { return std::tuple(s.st_dev, s.st_ino, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec); };
  const bool differs = key(now) != key(seen_);
  seen_ = now;
  return differs;
}

std::shared_ptr<const Pricing> PricingFile::current() {
  const std::lock_guard lock(mutex_);
  if (!changed()) return pricing_;
  auto pricing = read(path_);
  good_.set(pricing ? 1 : 0);
  if (!pricing) {
    log::error("the prices cannot be used, the last good ones stay", {{"file", path_}, {"complaints", pricing.error().message}});
    return pricing_;
  }
  if (pricing->version == pricing_->version) return pricing_;
  pricing_ = std::make_shared<const Pricing>(std::move(*pricing));
  log::info("prices changed", {{"file", path_}, {"version", pricing_->version}});
  return pricing_;
}

std::string pricing_path(const std::string& config_folder) {
  const char* path = std::getenv("PRICING_CONFIG_PATH");
  return path != nullptr && *path != '\0' ? path : config_folder + "/pricing_config.json";
}

}  // namespace q2o::billing::payments
