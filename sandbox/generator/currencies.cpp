#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {

/// The currencies that the company uses, and what each was worth on every day of its life.
void make_currencies(Workshop& shop) {
  int id = 0;
  for (const auto& foreign : shop.profile.foreign) {
    auto object = Node::object({{"Code", foreign.code}, {"Name", foreign.name}, {"Active", true}});
    const auto base = shop.begin(std::to_string(++id), shop.size.first_day);
    for (const auto& member : base.members()) object.set(member.key, member.value);
    shop.put("CompanyCurrency", std::move(object));
  }
  auto& rates = shop.company.entities["ExchangeRate"];
  for (const auto& foreign : shop.profile.foreign)
    for (std::string day = shop.size.first_day; day <= kLastDay; day = date::plus_days(day, 1))
      rates.push_back(Node::object({{"SyncToken", "0"},
                                    {"domain", "QBO"},
                                    {"AsOfDate", day},
                                    {"SourceCurrencyCode", foreign.code},
                                    {"Rate", shop.rate(foreign.code, day)},
                                    {"sparse", false},
                                    {"TargetCurrencyCode", shop.profile.home},
                                    {"MetaData", Node::object({{"LastUpdatedTime", day + "T20:10:34" + shop.profile.utc_offset}})}}));
}

}  // namespace q2o::sandbox::generator
