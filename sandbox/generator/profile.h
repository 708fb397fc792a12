#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/generator/recipe.h"

namespace q2o::sandbox::generator {

struct ForeignCurrency {
  const char* code;
  const char* name;
  const char* rate;  ///< home units for one of it, around which the daily rates move
};

/// How sales tax works: `states` = the document says the rates and lines only TAX or NON; `global` = each line's code says its rates.
enum class TaxModel { states, global };

struct AgencyRow {
  const char* id;
  const char* name;
  const char* account;  ///< where its tax is owed
  bool purchases = false;
};
struct RateRow {
  const char* id;
  const char* name;
  const char* percent;
  const char* agency;
  bool active = true;
  const char* special = "NONE";
};
/// A rate inside a code; `on_tax`: on the amount and the taxes before it.
struct CodeRate {
  const char* rate;
  bool on_tax = false;
};
struct CodeRow {
  const char* id;
  const char* name;
  std::vector<CodeRate> sales;
  std::vector<CodeRate> purchases = {};
  bool active = true;
};

struct Place {
  const char* country;  ///< as QuickBooks writes it
  const char* country_code;
  const char* city;
  const char* region;      ///< state or province; empty where addresses have none
  const char* zip_before;  ///< two digits follow
  const char* zip_after;
  const char* street;
  const char* phone;  ///< before the last four digits
};

/// What differs between countries. Everything that a family of documents asks by role stands here, so that they know no country.
struct ProfileData {
  const char* code;
  const char* home;
  const char* home_name;
  std::vector<ForeignCurrency> foreign;
  Place place;
  const char* company;
  const char* legal_form;
  const char* fiscal_month;
  const char* books_closed;
  const char* time_zone;
  const char* utc_offset;
  TaxModel tax_model;
  std::vector<AgencyRow> agencies;
  std::vector<RateRow> rates;
  std::vector<CodeRow> codes;
  /// Roles of codes. In the model of states: of documents ("2" of the plans is `usual`, "1" is `plain`).
  const char* usual;
  const char* plain;
  const char* untaxed;                ///< of a line that bears no tax
  std::vector<std::string> services;  ///< global: codes of services, in turn
  const char* purchases;              ///< usual code of costs; empty in the model of states
  const char* tax_payment;            ///< the ledger's wording
  /// What our plans call a thing, and what it is called here.
  std::vector<std::pair<std::string, std::string>> words;
};

const ProfileData& profile_data(Profile profile);

}  // namespace q2o::sandbox::generator
