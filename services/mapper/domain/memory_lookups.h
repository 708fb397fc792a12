#pragma once

#include <map>
#include <string>

#include "services/mapper/domain/model.h"

namespace q2o::mapper {

/// Lookups in memory: the cache of a stream, and all of it in tests. `missed` and `changed` let a store stand behind it.
class MemoryLookups : public Lookups {
 public:
  using Entries = std::map<std::string, json::Document, std::less<>>;

  const json::Value* find(std::string_view kind, std::string_view key) const override;
  void put(std::string_view kind, std::string_view key, std::string json) override;
  void each(std::string_view kind, const std::function<void(std::string_view, const json::Value&)>& visit) const override;
  const accounting::LedgerTransaction* ledger(std::string_view transaction_id) const override;

  void add_ledger(accounting::LedgerTransaction transaction);

 protected:
  /// Called before the first access to a kind; a store fills `entries`.
  virtual void load(std::string_view kind, Entries& entries) const;
  virtual void changed(std::string_view kind, std::string_view key, std::string_view json);
  virtual const accounting::LedgerTransaction* load_ledger(std::string_view transaction_id) const;

  mutable std::map<std::string, accounting::LedgerTransaction, std::less<>> ledger_;

 private:
  Entries& entries(std::string_view kind) const;
  mutable std::map<std::string, Entries, std::less<>> kinds_;
};

}  // namespace q2o::mapper
