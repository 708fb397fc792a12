#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "services/loader/app/books.h"

namespace q2o::loader::testing {

/// An Odoo that keeps state and can be told to misbehave. It plays the loader's action on records of any model: a value {"bad": true}
/// is refused, references must exist.
class FakeBooks final : public Books {
 public:
  struct Fault {
    Error error;
    std::size_t after_writing = 0;  ///< so many records of the batch are stored before the answer is lost
  };

  Result<std::string> version(std::chrono::milliseconds) override;
  Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                          std::chrono::milliseconds deadline) override;
  Result<std::int64_t> user_id(std::chrono::milliseconds) override;

  FakeBooks& fail_next_batch(Fault fault);
  FakeBooks& fail_next_call(Error error);

  std::string odoo_version = "18.0-20250702";
  bool login_refused = false, may_create_actions = true, company_hidden = false;
  std::vector<std::string> modules{"account", "sale_management"};
  std::map<std::string, std::string> company{{"currency_id", R"([1,"USD"])"},
                                             {"fiscalyear_lock_date", R"("2020-12-31")"},
                                             {"hard_lock_date", "false"},
                                             {"account_sale_tax_id", R"([7,"15%"])"},
                                             {"name", R"("My Company")"}};
  std::map<std::string, std::int64_t> counts{{"account.account", 51}};
  std::map<std::string, std::string> parameters;
  std::vector<std::string> told;            ///< what the action tells once, as JSON of its `settings` and `changes`; kept until forgotten
  std::map<std::string, std::string> rows;  ///< by model: what search_read shows of it, a JSON array
  std::function<void()> before_batch, before_call;  ///< before a call of the action, before any other

  std::vector<std::string> names() const;
  std::string datas(const std::string& external_id) const;  ///< bytes of a file, base64
  const std::string& values_of(const std::string& external_id) const { return stored_.at(external_id).values; }
  const std::vector<std::string>& writes() const { return writes_; }
  std::size_t batches() const { return batches_; }
  bool has_action() const { return action_; }
  void add(const std::string& external_id, const std::string& values) { stored_[external_id] = {++last_id_, values}; }
  void drop(const std::string& external_id) { stored_.erase(external_id); }

 private:
  struct Stored {
    std::int64_t id = 0;
    std::string values;  ///< the bytes of a file behind them
  };
  std::string answer(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs);
  std::string external_ids(const json::Value& domain) const;
  std::string all_told(const json::Value& forget);
  Result<CallResult> run_action(std::string_view kwargs);
  std::string one(const json::Value& record, bool update, std::string& refusal);
  mutable std::recursive_mutex mutex_;
  std::map<std::string, Stored> stored_;
  std::deque<Fault> batch_faults_;
  std::deque<Error> call_faults_;
  std::vector<std::string> writes_;
  std::int64_t last_id_ = 100;
  std::size_t batches_ = 0;
  bool action_ = false;
};

inline Error lost_answer() {
  return Error{Code::unavailable, "connection cut", Retry::after_backoff, Effect::unknown, "CUT", "", {}};
}
inline Error time_limit() {
  return Error{Code::resource_exhausted, "CPU time limit exceeded.", Retry::after_backoff, Effect::none, "ODOO_TIME_LIMIT", "", {}};
}
inline Error refused(std::string words) {
  return Error{Code::failed_precondition, std::move(words), Retry::never, Effect::none, "ODOO_USER_ERROR", "", {}};
}

}  // namespace q2o::loader::testing
