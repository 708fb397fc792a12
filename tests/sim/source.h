#pragma once

#include <set>

#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/raw.pb.h"
#include "q2o/connector/v1/status.pb.h"
#include "services/mapper/domain/memory_lookups.h"
#include "tests/sim/world.h"

namespace q2o::sim {

inline constexpr const char* kTenant = "tenant";
inline constexpr const char* kConnection = "qbo1";

/// A small company: settings, accounts, customers with a broken one, an item, invoices, and a transaction that only the ledger has.
std::vector<connector::v1::RawMessage> company_stream();
/// What its ledger says, as if the slices of the ledger had been read before the documents.
std::vector<accounting::LedgerTransaction> company_ledger();

/// Publishes the company's stream once a run is on, a window ahead of what the loader has stored, and counts what it sent.
class Source : public Process {
 public:
  Source(World& world, Topic& raw) : world_(world), raw_(raw), stream_(company_stream()) {}
  void turn() override;
  void told(const billing::v1::Migration& migration);
  void released(std::uint64_t raw_sequence) { released_ = std::max(released_, raw_sequence); }
  const Message* fact(std::size_t number) const { return number < outbox_.size() ? &outbox_[number] : nullptr; }
  /// The most batches that were ever ahead of the loader.
  std::size_t ahead_most() const { return ahead_most_; }
  static constexpr std::size_t kWindow = 4;

 private:
  void store(const connector::v1::RawMessage& message);
  World& world_;
  Topic& raw_;
  const std::vector<connector::v1::RawMessage> stream_;
  // Durable.
  billing::v1::Migration migration_;
  std::size_t place_ = 0;
  std::uint64_t released_ = 0;
  std::vector<Message> outbox_;
  std::size_t ahead_most_ = 0;
};

}  // namespace q2o::sim
