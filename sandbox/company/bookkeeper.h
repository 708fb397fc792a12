#pragma once

#include <set>
#include <string>
#include <vector>

#include "sandbox/company/company.h"

namespace q2o::sandbox {

/// Changes a company as its bookkeeper would after a first migration, and keeps its books true: ledger, balances of accounts and parties
/// follow. Objects that changed get the time `now` as QuickBooks writes it.
class Bookkeeper {
 public:
  Bookkeeper(Company& company, std::string now) : company_(company), now_(std::move(now)) {}

  /// `wish`: {"op": "new" | "edit" | "delete" | "void" | "merge" | "rename", "entity", "id"?, "closed"?, "into"?, "gone"?, "name"?}.
  /// Without an id the first record that the operation can be done to: of a document one that nothing is linked with, that moves no stock
  /// and is in home currency (`closed`: in a year that is closed); of a name one that has documents. "edit" doubles a document, "new"
  /// copies one, "merge" moves the documents of a customer to `into` and makes it inactive (`gone`: takes it off the list); {"op": "close",
  /// "until"} closes the books until a day. Answers what was done:
  /// {"op", "entity", "id", "date", "before", "after"}; error invalid_argument when it cannot be done.
  Result<Node> apply(const Node& wish);

  struct Deleted {
    std::string entity, id, at;
  };
  const std::vector<Deleted>& deleted() const { return deleted_; }

 private:
  Result<Node> document(const std::string& op, const Node& wish);
  Result<Node> merge(const Node& wish);
  Result<Node> rename(const Node& wish);
  Result<std::string> chosen(const std::string& entity, const Node& wish) const;
  bool stands_alone(const std::string& entity, const Node& object) const;
  Transaction* posted(const std::string& entity, const std::string& id);
  const Transaction* posted(const std::string& entity, const std::string& id) const;
  Node& object(const std::string& entity, const std::string& id);
  void touch(Node& object);
  /// Adds the transaction's lines, times `times`, to the balances of accounts and parties.
  void balance(const Transaction& transaction, const Decimal& times);
  void add_to(Node& object, const char* own, const char* with_children, const std::string& entity, const Decimal& amount);
  void remove(const std::string& entity, const std::string& id);
  std::string next_id() const;
  Company& company_;
  const std::string now_;
  std::vector<Deleted> deleted_;
};

}  // namespace q2o::sandbox
