#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace q2o::loader {

/// One target record of a run as it waits in the inbox.
struct Item {
  std::int64_t number = 0;  ///< order of arrival
  std::string entity, source_id, label;
  std::string external_id, model, operation, values_json, content_hash;
  std::vector<std::string> references;
  std::uint32_t wave = 0;
  bool post = false;
  bool parked = false;  ///< waited for another record when it was read
  /// What the record ledger says about this external id on this target; empty = never written by us.
  std::string ledger_hash, ledger_outcome;
  std::string file_id;                     ///< source record whose file this record is to hold; empty: none
  std::uint64_t file_bytes = 0;            ///< as the source says; 0: it does not
  std::string datas;                       ///< base64 of the file, there only while the record is on its way
  int file_troubles = 0;                   ///< how often the source could not serve it
  std::vector<std::string> replaces = {};  ///< external ids that go when this record comes (ledger_entries.h)
};

/// External ids of the connection that are in the target now -> id there.
using Known = std::unordered_map<std::string, std::int64_t>;

/// What the action answered for one record (services/loader/action/README.md).
struct Answer {
  std::string external_id;
  std::int64_t id = 0;
  std::string outcome, error_name, message;
  std::vector<std::string> unmatched;
};

/// The target has exactly this already, as far as our ledger and its external ids tell: nothing to send.
bool is_unchanged(const Item& item, const Known& known);

/// The first external id the item refers to that is neither in the target nor in `beside`; empty when there is none. Of a reference "a|b"
/// one has to be there; the first is named.
std::string missing_reference(const Item& item, const Known& known, const Known& beside);

}  // namespace q2o::loader
