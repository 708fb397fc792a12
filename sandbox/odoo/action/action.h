#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sandbox/odoo/rules/rules.h"

/// The loader's server action, played natively: the same language as services/loader/action/ (its README defines it).
/// Odoo runs that Python; the sandbox recognises it by its marker and does the same. Keep both equal.
namespace q2o::sandbox::odoo::action {

constexpr std::string_view kMarker = "# q2o-action: 1";

/// One record of the request and what was worked out for it.
struct Row {
  std::size_t position = 0;
  const Dict* record = nullptr;
  const Dict* body = nullptr;
  Dict values, then;
  std::string outcome = "created";
  std::vector<Record> debit_lines, credit_lines;
  Id debit_partner = 0, credit_partner = 0;
  std::vector<std::string> lost;  ///< our matches that went with what was changed or replaced

  std::string external_id() const;
  std::string model() const;
  bool post() const;
};

struct Result {
  std::string external_id, outcome, error_name, message;
  Id id = 0;
  std::vector<std::string> unmatched;
};

/// One call of the action.
class Batch {
 public:
  Batch(Env& env, const Dict& request);
  std::string run();  ///< the action's result as JSON

 private:
  using Missing = std::vector<std::string>;
  struct Known {
    std::string model;
    Id id = 0;
  };
  struct Setting {
    std::string name, before, during, note;
  };
  /// A match that a person has made on an item that is about to change.
  struct ByOther {
    std::pair<Id, int> place;  ///< account, and the sign of the changed item
    Record other;
    Decimal amount, debit, credit;
    bool exchange = false;
    std::string name;
  };
  struct MatchesByOthers {
    std::vector<ByOther> matches;
    std::map<std::pair<Id, int>, Decimal> kept_for_ours;  ///< what our own matches, which are sent again, will take
  };

  /// A value of a record that the target had before.
  struct Noted {
    std::string model, field;
    Id id = 0;
    Any before;
  };

  // expressions.cpp
  Any resolve(const Any& expression, Missing& missing);
  Dict resolve_fields(const Any* fields, Missing& missing);
  Known look_up(const std::string& name, Missing& missing);
  Id find_id(const Any& arguments, Missing& missing, bool required);
  Record move_behind(const std::string& name, Missing& missing);
  Known holder_of(const Any& names, Missing& missing);
  Any company_field(const std::string& field);
  Any company_default(const Any& arguments);
  Any order_line(const Any& arguments, Missing& missing);
  Any distribution(const Any& items, Missing& missing);
  Id xmlid(const std::string& text, std::string_view model, bool required);

  // create.cpp
  void take_create(Row row);
  void create_rows(std::vector<Row>& rows);
  Id adopted(const Row& row, Missing& missing);
  void adopt(Row& row, Id target);
  void make_room(const std::string& code, Id own);
  void register_id(const std::string& name, const std::string& model, Id id);
  bool is_ours(const std::string& model, Id id);
  static bool is_draft(const Record& record);
  void post(const Record& made);

  // before.cpp
  bool is_own(const Record& record);
  void note_before(const Record& record, const Dict& changes);
  void write_changes_noted(json::Writer& out);

  // update.cpp
  void update(Row& row);
  void take_write(Row row);
  void write_changes(const Record& stored, Dict changes, const Dict& then);
  std::vector<std::string> change_move(const Record& move, Dict changes, bool wants_post);
  std::vector<std::string> remake(Row& row, const Record& record);
  std::vector<std::string> matches_of(const Record& move);
  void forget(const std::string& name);

  // match_again.cpp
  MatchesByOthers matches_by_others(const Record& move);
  void match_again(const Record& move, const MatchesByOthers& before);

  // replace.cpp
  std::vector<std::string> replace(const Row& row);

  // match.cpp
  void take_match(Row row);
  void match_rows(std::vector<Row>& rows);
  std::vector<Record> side(const std::string& name, Id account, int sign, Missing& missing);

  // batch.cpp
  void take(Row row);
  void take_alone(Row row);
  void flush();
  void enqueue(const std::string& key, Row row);
  void answer(const Row& row, Id id, const std::string& outcome, const std::string& error_name = {}, const std::string& message = {});
  void wait_for(const Row& row, const Missing& missing);
  Dict context_of(const Dict& body) const;
  void read_known(const List& records);
  void write_told(json::Writer& out);
  std::string written();
  // told.cpp
  void keep_told(const std::string& key);
  void write_kept(json::Writer& out, const std::string& key);

  Env& env_;
  const Dict& request_;
  std::string module_;
  bool update_ = false;
  std::map<std::string, Known, std::less<>> known_;
  std::map<std::string, Id> found_;
  std::vector<Result> results_;
  std::vector<Setting> settings_;
  std::vector<Noted> noted_;
  std::vector<std::string> fresh_;
  std::map<std::string, Known> gone_;
  std::string group_key_;
  std::vector<Row> group_;
  std::set<std::string> pending_;
};

/// Does a stored value differ from a resolved one, as Odoo stores it (compare.cpp).
bool differs(const Record& record, const std::string& field, const Any& value);
Dict differences(const Record& record, const Dict& values);

[[noreturn]] void refuse(const std::string& text);
void check_keys(const char* what, const Dict& given, std::initializer_list<std::string_view> permitted);
bool may_create(std::string_view model);
bool may_write(std::string_view model);
bool may_read(std::string_view model);

}  // namespace q2o::sandbox::odoo::action
