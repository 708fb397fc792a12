#pragma once

#include <string>
#include <vector>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

/// Sums a document's tax per rate, in the order in which its codes come up.
class TaxSheet {
 public:
  TaxSheet(const Workshop& shop, bool purchase) : profile_(shop.profile), purchase_(purchase) {}

  /// Tax on `amount`, which holds the tax itself when `inclusive`. Returns the net amount.
  Decimal add(const std::string& code, const Decimal& amount, bool inclusive = false);
  /// What somebody typed over the computed tax: the first rate takes the difference.
  void override_by(const Decimal& difference);

  Decimal total() const;
  bool empty() const { return rates_.empty(); }
  Node lines() const;                  ///< TxnTaxDetail.TaxLine
  std::vector<Entry> entries() const;  ///< tax as positive amounts, per rate, on the agencies' accounts

  /// How much of 100 net is tax.
  Decimal percent_of(const std::string& code) const;

 private:
  struct Sum {
    const RateRow* rate;
    Decimal base, amount;
  };
  const std::vector<CodeRate>& rates_of(const std::string& code) const;
  Sum& sum_of(const std::string& rate);

  const ProfileData& profile_;
  bool purchase_;
  std::vector<Sum> rates_;
};

/// The code of a role of the plans: "2" = usual, "1" = plain; anything else is a code itself.
std::string code_of_role(const ProfileData& profile, const std::string& role);

}  // namespace q2o::sandbox::generator
