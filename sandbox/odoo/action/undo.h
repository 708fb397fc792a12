#pragma once

#include <map>
#include <set>

#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo::action {

constexpr std::string_view kUndoMarker = "# q2o-undo: 1";

/// The undoing action, played natively: the same as services/loader/action/undo/. Keep both equal. (One user only: a change by our own
/// login after `since` is a person's.)
class Undo {
 public:
  Undo(Env& env, const Dict& request);
  std::string run();  ///< the action's result as JSON

 private:
  struct Known {
    std::string model, born;
    Id id = 0;
  };
  struct Verdict {
    std::string outcome, reason;
  };
  using Parts = std::map<std::string, std::map<Id, Id>>;  ///< model -> id -> id of the record it belongs to
  using Reasons = std::map<Id, std::string>;

  // undo_look.cpp
  const std::set<Id>& ours(const std::string& model);
  Parts parts_of(const std::string& model, const std::vector<Id>& ids);
  std::vector<std::pair<const Model*, const Field*>> links_to(const std::string& model);
  bool is_ours(const Record& row);
  const List* restored_later(std::string_view model, Id id, std::string_view field) const;
  void lift_our_lock();
  bool says_nothing(const Record& row, const Field& field, const Parts& parts, const std::string& birth);
  void uses(const std::string& root, const Parts& parts, Reasons& reasons);
  void edits(const Parts& parts, Reasons& reasons);
  std::string locked(const Record& record);
  std::set<std::string> owner_names(const std::string& model, const std::set<Id>& ids);
  std::vector<std::string> needed(const Record& record, bool matched);
  std::map<Id, Verdict> look_at(const std::string& model, const std::map<Id, Known>& rows);

  // undo.cpp
  void take(const std::vector<std::string>& names);
  void alone(const std::string& name);
  void taken_back(const std::string& model, const Ids& ids);
  Record reversed_entry(const Record& record);
  void forget(const std::string& name);
  void answer(const std::string& name, const std::string& outcome, const std::string& message = {},
              const std::vector<std::string>& needs = {});
  Verdict put_back(const Dict& change);
  std::string restored();

  Env& env_;
  const Dict& request_;
  std::string module_, prefix_, since_, step_;
  std::map<std::string, Known> known_;
  std::map<std::string, std::set<Id>> ours_;
  std::map<std::string, std::string> answers_;
};

/// A stored value as it travels in JSON, empty as false.
Any plain(const Record& record, const std::string& field);
/// Null as false.
Any or_false(const Any& value);

}  // namespace q2o::sandbox::odoo::action
