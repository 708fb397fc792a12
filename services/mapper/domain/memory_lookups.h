#pragma once

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/mapper/domain/model.h"

namespace q2o::mapper {

/// Finds by a view what is kept under a string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// A small JSON text, parsed when it is first asked for: most are only kept for later.
class Remembered {
 public:
  explicit Remembered(std::string json) : json_(std::move(json)) {}
  /// Only our own code makes these texts: what is no JSON throws std::logic_error.
  const json::Value& value() const;

 private:
  mutable std::string json_;
  mutable std::optional<json::Document> parsed_;
};

/// Lookups in memory: the cache of a stream, and all of it in tests. `missed` and `changed` let a store stand behind it.
class MemoryLookups : public Lookups {
 public:
  using Entries = ByText<Remembered>;

  MemoryLookups() = default;
  MemoryLookups(const MemoryLookups&) = delete;
  MemoryLookups& operator=(const MemoryLookups&) = delete;

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

  mutable ByText<accounting::LedgerTransaction> ledger_;

 private:
  struct Kind {
    Entries entries;
    std::vector<const Entries::value_type*> in_order;  ///< made when it is asked for; of the same size while nothing came in between
  };
  Kind& kind_of(std::string_view kind) const;
  mutable ByText<Kind> kinds_;
  /// Nearly all questions are about few kinds: the last one of each name's length and first letter.
  mutable std::array<ByText<Kind>::value_type*, 16> recent_{};
};

}  // namespace q2o::mapper
