#include <array>
#include <set>

#include <fmt/format.h>

#include "sandbox/checker/check.h"

namespace q2o::sandbox::checker {
namespace {

struct Target {
  std::string_view key;
  std::string_view entity;  ///< empty: leads to nothing that we keep
};

constexpr std::array kTargets{Target{"ItemRef", "Item"},
                              Target{"GroupItemRef", "Item"},
                              Target{"CustomerRef", "Customer"},
                              Target{"VendorRef", "Vendor"},
                              Target{"EmployeeRef", "Employee"},
                              Target{"TermRef", "Term"},
                              Target{"SalesTermRef", "Term"},
                              Target{"DefaultTerms", "Term"},
                              Target{"PaymentMethodRef", "PaymentMethod"},
                              Target{"TaxRateRef", "TaxRate"},
                              Target{"TxnTaxCodeRef", "TaxCode"},
                              Target{"TaxCodeRef", "TaxCode"},
                              Target{"TaxGroupCodeRef", "TaxCode"},
                              Target{"AgencyRef", "TaxAgency"},
                              Target{"ClassRef", "Class"},
                              Target{"DepartmentRef", "Department"},
                              Target{"CustomerTypeRef", "CustomerType"},
                              Target{"CurrencyRef", ""},
                              Target{"HomeCurrency", ""},
                              Target{"LastModifiedByRef", ""},
                              Target{"RecurDataRef", ""},
                              Target{"CustomerMemo", ""}};

constexpr std::array kLinks{Target{"BillPaymentCheck", "BillPayment"}, Target{"BillPaymentCreditCard", "BillPayment"},
                            Target{"ReceivePayment", "Payment"}, Target{"Expense", "Purchase"}, Target{"Check", "Purchase"},
                            Target{"CreditCardCredit", "Purchase"},
                            // Known to QuickBooks, but without an entity of their own.
                            Target{"StatementCharge", ""}, Target{"ChargeCredit", ""}};

template <std::size_t N>
std::string_view entity_of(const std::array<Target, N>& table, std::string_view key, std::string_view otherwise) {
  for (const auto& target : table)
    if (target.key == key) return target.entity;
  return otherwise;
}

class Walk {
 public:
  Walk(const Company& company, std::vector<std::string>& out) : out_(out) {
    for (const auto& [entity, objects] : company.entities)
      for (const auto& object : objects) known_.emplace(entity, object_id(object));
  }

  void visit(const Node& node, const std::string& entity, const std::string& id) {
    for (const auto& item : node.items()) visit(item, entity, id);
    for (const auto& [key, value] : node.members()) {
      // Attachments survive the deletion of what they hang on.
      if (key == "AttachableRef") continue;
      if (is_reference(value)) follow(key, value, entity, id);
      visit(value, entity, id);
    }
    if (node.has("TxnId") && node.has("TxnType"))
      need(entity_of(kLinks, node["TxnType"].text(), node["TxnType"].text()), node["TxnId"].text(), "LinkedTxn", entity, id);
  }

 private:
  static bool is_reference(const Node& value) {
    if (!value.has("value") || !value["value"].is_string()) return false;
    for (const auto& member : value.members())
      if (member.key != "value" && member.key != "name" && member.key != "type") return false;
    return true;
  }

  void follow(const std::string& key, const Node& value, const std::string& entity, const std::string& id) {
    const auto& target = value["value"].text();
    if (target == "SHIPPING_ITEM_ID" || target == "TAX" || target == "NON") return;
    if (key == "ParentRef") return need(entity, target, key, entity, id);
    if (key == "EntityRef" || key == "Entity") {
      // Type stands inside, in capitals in deposits, or beside the reference in journal entries.
      auto type = value["type"].text();
      if (type.empty()) return need_any_party(target, entity, id);
      for (std::size_t i = 1; i < type.size(); ++i)
        if (type[i] >= 'A' && type[i] <= 'Z') type[i] = static_cast<char>(type[i] + 32);
      return need(type, target, key, entity, id);
    }
    need(entity_of(kTargets, key, "Account"), target, key, entity, id);
  }

  void need_any_party(const std::string& target, const std::string& entity, const std::string& id) {
    for (const auto* party : {"Customer", "Vendor", "Employee"})
      if (known_.contains({party, target})) return;
    out_.push_back(fmt::format("{} {}: EntityRef leads to {}, which does not exist", entity, id, target));
  }

  void need(std::string_view wanted, const std::string& target, std::string_view key, const std::string& entity, const std::string& id) {
    if (wanted.empty() || known_.contains({std::string(wanted), target})) return;
    out_.push_back(fmt::format("{} {}: {} leads to {} {}, which does not exist", entity, id, key, wanted, target));
  }

  std::vector<std::string>& out_;
  std::set<std::pair<std::string, std::string>> known_;
};

}  // namespace

void check_references(const Company& company, std::vector<std::string>& out) {
  Walk walk(company, out);
  for (const auto& [entity, objects] : company.entities)
    for (const auto& object : objects) walk.visit(object, entity, object_id(object));
}

}  // namespace q2o::sandbox::checker
