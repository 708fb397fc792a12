#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace q2o::loader {

/// What the target says about one record of ours.
struct UndoLook {
  enum class Verdict {
    remove,   ///< nobody has touched it since
    reverse,  ///< the same, but Odoo does not let it go (hash, lock date, audit trail)
    keep,     ///< later activity
    theirs,   ///< was there before the migration
    gone      ///< somebody has deleted it
  };
  std::string external_id, model;
  std::int64_t odoo_id = 0;
  Verdict verdict = Verdict::remove;
  std::string reason;
  std::vector<std::string> needs;  ///< of keep and reverse: names that it refers to; of keep also its matches and what they match
};

/// What an undo will do. A record that is kept stays as it is: what it refers to, and what it is matched with, stays too. What a reversed
/// one refers to stays as well.
class UndoPlan {
 public:
  /// In the order in which records are taken back.
  void add(UndoLook look);
  /// Carries the reasons on; names of kept records whose needs are not known yet. Empty: the plan is complete.
  std::vector<std::string> unanswered();
  void needs_of(const std::string& external_id, std::vector<std::string> needs);
  const std::vector<UndoLook>& records() const { return records_; }

 private:
  void keep(const std::string& external_id, const std::string& because);
  std::vector<UndoLook> records_;
  std::unordered_map<std::string, std::size_t> at_;
  std::vector<std::size_t> open_;  ///< whose needs are to be carried on
  std::vector<std::string> unanswered_;
};

/// The order of taking back: matches, notes and files, what holds money kind by kind, the rest, plans; in each the newest external id
/// first: what was made later may refer to what was there.
bool taken_back_before(const std::string& model, std::int64_t id, const std::string& other_model, std::int64_t other_id);

}  // namespace q2o::loader
