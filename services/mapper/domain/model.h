#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/json/json.h"
#include "libs/accounting/ledger.h"

/// The mapper's domain values: what goes in, what comes out, what may be looked up. Pure; no I/O, no clock, no protobuf.
namespace q2o::mapper {

/// One source record. `body` views a Document that outlives the call.
struct Source {
  std::string entity;  ///< "Invoice"
  std::string id;
  const json::Value* body = nullptr;
  std::string note = {};  ///< HTML that belongs beside the record, made by the mapping
};

/// A file of the source whose bytes the loader fetches for a record.
struct FileOf {
  std::string id;
  std::string bytes;    ///< digits; empty: the source does not say
  std::string changed;  ///< when the source last changed it: a new file is new content
};

/// One operation for the loader (mapped.proto, TargetRecord); external ids are complete ("<slug>_invoice_12").
struct Target {
  std::string external_id, model;
  std::string operation = "create";
  std::string wave;                     ///< name of the wave, numbered by the compiled mapping
  std::string values_json;              ///< the action language (services/loader/action/README.md)
  std::vector<std::string> references;  ///< "a|b": one of them
  bool post = false;
  std::optional<FileOf> file;
};

struct Reject {
  std::string field, value, reason, message, hint;
};

struct Fallback {
  std::string step;  ///< "ledger_lines" or "plain_entry"
  std::string reason;
};

/// Something that was not taken over of a record that was: listed in the report.
struct Loss {
  std::string field, value;
  std::string reason;  ///< a sentence for people, complete in itself
};

/// What became of one source record; exactly one of targets (non-empty), merged, excluded, reject is set.
struct Outcome {
  std::vector<Target> targets;
  std::string merged, excluded;
  std::optional<Reject> reject;
  std::optional<Fallback> fallback;
  std::string label;
  bool posting = false;
  std::vector<Loss> losses;  ///< of a record that was taken
  /// It refers to a record that may come later in the stream: to be mapped again when its entity has ended. Nothing else is set then.
  bool waits = false;
  /// Ledger transaction ids that this record accounts for: no `ledger_transaction` is made of them.
  std::vector<std::string> claimed;
};

/// What came earlier in the same stream. Values are small JSON texts kept by (kind, key); kinds are listed in services/mapper/README.md.
/// Backed by the mapper's schema with a cache; never calls out of the process. Not thread-safe: one per stream.
class Lookups {
 public:
  virtual ~Lookups() = default;
  /// The remembered value or nullptr. The pointer is valid until the next put().
  virtual const json::Value* find(std::string_view kind, std::string_view key) const = 0;
  virtual void put(std::string_view kind, std::string_view key, std::string json) = 0;
  /// All (key, value) of a kind in key order.
  virtual void each(std::string_view kind, const std::function<void(std::string_view key, const json::Value& value)>& visit) const = 0;
  /// The source ledger's transaction, or nullptr.
  virtual const accounting::LedgerTransaction* ledger(std::string_view transaction_id) const = 0;
};

/// How money is booked (builders/README.md): payments and statement lines, statement lines only, or payments and entries only.
enum class MoneyMode { native, statement, payment };
inline constexpr std::array<std::pair<std::string_view, MoneyMode>, 3> kMoneyModes{
    {{"native", MoneyMode::native}, {"statement", MoneyMode::statement}, {"payment", MoneyMode::payment}}};

/// References without which a record is taken all the same: "Customer.ParentRef" or "ParentRef" -> what is lost, in a sentence.
/// All others must be found, or the record is rejected.
using MissingReferences = std::map<std::string, std::string, std::less<>>;
/// Longer texts are shortened, where a mapping does not say otherwise. QuickBooks itself permits 4,000 characters.
inline constexpr std::size_t kTextBytesMax = 65'536;

/// How much of the history arrives as documents: all of it, or what is before a first day as balances and open items (`archive`: with the
/// documents that were settled by then as cancelled ones, which post nothing).
enum class Depth { full, open, archive };
inline constexpr std::array<std::pair<std::string_view, Depth>, 3> kDepths{
    {{"full", Depth::full}, {"open", Depth::open}, {"archive", Depth::archive}}};
struct Extent {
  Depth depth = Depth::full;
  std::string first_day;  ///< ISO; empty when all of it does
  bool by_years = false;  ///< chosen as a number of years: there may be nothing before it
  bool before(std::string_view day) const { return !first_day.empty() && day < first_day; }
};

/// Constants of a run.
struct RunContext {
  std::string slug;           ///< connection slug
  std::string home_currency;  ///< ISO
  MoneyMode money_mode = MoneyMode::native;
  const MissingReferences* missing_references = nullptr;  ///< of the mapping; nullptr: all must be found
  std::size_t text_bytes_max = kTextBytesMax;
  Extent extent = {};
  std::string external_id(std::string_view entity, std::string_view id, std::string_view part = {}) const;
};

/// A document builder: code behind `"builder": {"name": …, parameters…}` of a mapping. Stateless.
class Builder {
 public:
  virtual ~Builder() = default;
  virtual Outcome build(const Source& source, const json::Value& parameters, const RunContext& run, Lookups& lookups) const = 0;
};
/// nullptr when there is none of that name. The registry is services/mapper/domain/builders/registry.cpp.
const Builder* find_builder(std::string_view name);
std::vector<std::string> builder_names();
/// References that builders look up and can do without: a mapping may list them in `missing_references`.
std::span<const std::string_view> builder_references();

}  // namespace q2o::mapper
