#include "sandbox/generator/profile.h"

namespace q2o::sandbox::generator {
namespace {

const ProfileData& united_states() {
  static const ProfileData data{
      .code = "us",
      .home = "USD",
      .home_name = "United States Dollar",
      .foreign = {{"EUR", "Euro", "1.084"}, {"CAD", "Canadian Dollar", "0.728"}},
      .place = {"USA", "US", "Austin", "TX", "787", "", "801 Barton Springs Rd", "(512) 555-"},
      .company = "Bluebonnet Garden & Irrigation",
      .legal_form = "LLC",
      .fiscal_month = "January",
      .books_closed = "2024-12-31",
      .time_zone = "America/Chicago",
      .utc_offset = "-08:00",
      .tax_model = TaxModel::states,
      .agencies = {{"1", "Texas Comptroller", "Texas Comptroller Payable"}, {"2", "City of Austin", "City of Austin Payable"}},
      .rates = {{"1", "Texas State", "6.25", "1"},
                {"2", "Austin City", "1", "2"},
                {"3", "Austin MTA", "1", "2"},
                {"4", "Old State Rate", "6", "1", false}},
      .codes = {{"1", "Texas", {{"1"}}}, {"2", "Austin", {{"1"}, {"2"}, {"3"}}}, {"3", "Old Texas", {{"4"}}, {}, false}},
      .usual = "2",
      .plain = "1",
      .untaxed = "NON",
      .services = {},
      .purchases = "",
      .tax_payment = "Sales Tax Payment",
      .words = {}};
  return data;
}

const ProfileData& united_kingdom() {
  static const ProfileData data{.code = "uk",
                                .home = "GBP",
                                .home_name = "British Pound Sterling",
                                .foreign = {{"EUR", "Euro", "0.846"}, {"USD", "United States Dollar", "0.781"}},
                                .place = {"GBR", "GB", "Bristol", "", "BS", " 4QF", "12 Harbour Walk", "0117 496 "},
                                .company = "Bluebell Garden & Irrigation",
                                .legal_form = "Ltd",
                                .fiscal_month = "April",
                                .books_closed = "2025-03-31",
                                .time_zone = "Europe/London",
                                .utc_offset = "+00:00",
                                .tax_model = TaxModel::global,
                                .agencies = {{"1", "HM Revenue & Customs (VAT)", "VAT Control", true}},
                                .rates = {{"1", "20.0% S (Sales)", "20", "1"},
                                          {"2", "20.0% S (Purchases)", "20", "1"},
                                          {"3", "5.0% R (Sales)", "5", "1"},
                                          {"4", "5.0% R (Purchases)", "5", "1"},
                                          {"5", "0.0% Z (Sales)", "0", "1", true, "ZERO_RATE"},
                                          {"6", "0.0% Z (Purchases)", "0", "1", true, "ZERO_RATE"},
                                          {"7", "Exempt (Sales)", "0", "1", true, "EXEMPT_RATE"},
                                          {"8", "Exempt (Purchases)", "0", "1", true, "EXEMPT_RATE"},
                                          {"9", "20.0% RC (Purchases)", "20", "1"},
                                          {"10", "20.0% RC (Output)", "-20", "1"},
                                          {"11", "17.5% S (Sales)", "17.5", "1", false},
                                          {"12", "20.0% RC (Sales)", "0", "1"}},
                                .codes = {{"2", "20.0% S", {{"1"}}, {{"2"}}},
                                          {"3", "5.0% R", {{"3"}}, {{"4"}}},
                                          {"4", "0.0% Z", {{"5"}}, {{"6"}}},
                                          {"5", "Exempt", {{"7"}}, {{"8"}}},
                                          {"6", "20.0% RC", {{"12"}}, {{"9"}, {"10"}}},
                                          {"7", "17.5% S", {{"11"}}, {}, false},
                                          {"8", "No VAT", {}, {}}},
                                .usual = "2",
                                .plain = "3",
                                .untaxed = "8",
                                .services = {"2", "2", "3", "4", "5"},
                                .purchases = "2",
                                .tax_payment = "Tax Payment",
                                .words = {{"Austin Energy", "Severn Energy"},
                                          {"Texas Tel", "Avon Telecom"},
                                          {"Lone Star Equipment Rental", "West Country Plant Hire"},
                                          {"Quail Creek Golf", "Ashton Vale Golf"},
                                          {"Hill Country Winery", "Mendip Vineyard"},
                                          {"Peña's Taquería", "Pieminster & Daughters"},
                                          {"City Permit Office", "Council Licensing Office"}}};
  return data;
}

const ProfileData& canada() {
  static const ProfileData data{.code = "ca",
                                .home = "CAD",
                                .home_name = "Canadian Dollar",
                                .foreign = {{"USD", "United States Dollar", "1.372"}, {"EUR", "Euro", "1.487"}},
                                .place = {"CAN", "CA", "Vancouver", "BC", "V6B", " 1A1", "900 Pacific Blvd", "(604) 555-"},
                                .company = "Trillium Garden & Irrigation",
                                .legal_form = "Inc.",
                                .fiscal_month = "January",
                                .books_closed = "2024-12-31",
                                .time_zone = "America/Vancouver",
                                .utc_offset = "-08:00",
                                .tax_model = TaxModel::global,
                                .agencies = {{"1", "Canada Revenue Agency", "GST/HST Payable", true},
                                             {"2", "Minister of Finance (BC)", "PST Payable BC"},
                                             {"3", "Revenu Québec", "QST Payable", true},
                                             {"4", "Government of PEI", "PST Payable PEI"}},
                                .rates = {{"1", "GST", "5", "1"},
                                          {"2", "GST (ITC)", "5", "1"},
                                          {"3", "HST ON", "13", "1"},
                                          {"4", "HST ON (ITC)", "13", "1"},
                                          {"5", "PST BC", "7", "2"},
                                          {"6", "QST", "9.975", "3"},
                                          {"7", "QST (ITR)", "9.975", "3"},
                                          {"8", "Zero-rated", "0", "1", true, "ZERO_RATE"},
                                          {"9", "Zero-rated (ITC)", "0", "1", true, "ZERO_RATE"},
                                          {"10", "Exempt", "0", "1", true, "EXEMPT_RATE"},
                                          {"11", "PST PEI on GST", "10", "4"},
                                          {"12", "GST self-assessed", "5", "1"},
                                          {"13", "GST self-assessed (owed)", "-5", "1"},
                                          {"14", "HST NS 2010", "15", "1", false}},
                                .codes = {{"2", "GST", {{"1"}}, {{"2"}}},
                                          {"3", "HST ON", {{"3"}}, {{"4"}}},
                                          {"4", "GST/PST BC", {{"1"}, {"5"}}, {{"2"}}},
                                          {"5", "GST/QST QC", {{"1"}, {"6"}}, {{"2"}, {"7"}}},
                                          {"6", "Zero-rated", {{"8"}}, {{"9"}}},
                                          {"7", "Exempt", {{"10"}}, {}},
                                          {"8", "GST + PST PEI (on tax)", {{"1"}, {"11", true}}, {{"2"}}},
                                          {"9", "GST self-assessed", {}, {{"12"}, {"13"}}},
                                          {"10", "HST NS 2010", {{"14"}}, {}, false},
                                          {"11", "Out of Scope", {}, {}}},
                                .usual = "4",
                                .plain = "2",
                                .untaxed = "11",
                                .services = {"4", "5", "3", "8", "2", "6", "7"},
                                .purchases = "2",
                                .tax_payment = "Tax Payment",
                                .words = {{"Austin Energy", "Pacific Energy"},
                                          {"Texas Tel", "Burrard Telecom"},
                                          {"Lone Star Equipment Rental", "Coast Mountain Equipment Rental"},
                                          {"Quail Creek Golf", "Capilano Creek Golf"},
                                          {"Hill Country Winery", "Okanagan Winery"}}};
  return data;
}

}  // namespace

const ProfileData& profile_data(Profile profile) {
  switch (profile) {
    case Profile::uk:
      return united_kingdom();
    case Profile::ca:
      return canada();
    case Profile::us:
      return united_states();
  }
  return united_states();
}

}  // namespace q2o::sandbox::generator
