#include <fmt/format.h>

#include "tests/integration/bad_input/mapped_company.h"

/// Bad master data: accounts, partners, products.
namespace q2o::bad_input {
namespace {

using namespace std::string_literals;

std::function<Seen()> record(std::string entity, std::string body) {
  return [=] { return MappedCompany().with(entity, "66", body).look_at(entity, "66"); };
}

std::string deep(int levels) {
  const auto depth = static_cast<std::size_t>(levels);
  return R"({"Id":"66","DisplayName":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

std::string emoji(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "\xF0\x9F\x8C\xB1";
  return text;
}

std::string named(const std::string& name) {
  return fmt::format(R"({{"Id":"66","DisplayName":"{}","Active":true}})", name);
}

}  // namespace

std::vector<Case> record_cases() {
  const std::string all = "all others", again = "xtract";
  const auto account = [](const char* type) {
    return fmt::format(R"({{"Id":"66","Name":"X","FullyQualifiedName":"X","AccountType":{}}})", type);
  };
  return {
      {"AccountOfUnknownType", "UNKNOWN_VALUE", {"Mystery", "AccountType"}, {"mapping"}, all, record("Account", account(R"("Mystery")"))},
      {"AccountWithoutType",
       "REQUIRED_FIELD_MISSING",
       {"AccountType is empty"},
       {again},
       all,
       record("Account", R"({"Id":"66","Name":"X","FullyQualifiedName":"X"})")},
      {"AccountWhoseTypeIsANumber", "UNKNOWN_VALUE", {"7", "AccountType"}, {"mapping"}, all, record("Account", account("7"))},
      {"AccountWhoseTypeIsAGroup",
       "WRONG_TYPE",
       {"AccountType", "single value"},
       {"mapping"},
       all,
       record("Account", account(R"({"value":"Bank"})"))},
      {"AccountWithoutName",
       "REQUIRED_FIELD_MISSING",
       {"Name is empty"},
       {again},
       all,
       record("Account", R"({"Id":"66","AccountType":"Expense"})")},
      {"CustomerWithoutName", "REQUIRED_FIELD_MISSING", {"DisplayName"}, {again}, all, record("Customer", R"({"Id":"66","Active":true})")},
      {"CustomerWhoseNameIsAList",
       "WRONG_TYPE",
       {"DisplayName", "single value"},
       {"shape"},
       all,
       record("Customer", R"({"Id":"66","DisplayName":["a"]})")},
      {"CustomerWithANameOfAHundredEmoji", "", {}, {}, all, record("Customer", named(emoji(100)))},
      {"CustomerWithAMillionLetters",
       "LOSS",
       {"DisplayName", "1000000 bytes", "65536", "in the source only"},
       {},
       all,
       record("Customer", named(std::string(1'000'000, 'x')))},
      {"CustomerWithAMillionBytesOfEmoji",
       "LOSS",
       {"DisplayName", "1000001 bytes", "65536"},
       {},
       all,
       record("Customer", named("a" + emoji(250'000)))},
      {"RecordWithNul", "INVALID_JSON", {"no JSON"}, {again}, all, record("Customer", "{\"Id\":\"66\",\"DisplayName\":\"a\0b\"}"s)},
      {"RecordWithEscapedNul", "INVALID_JSON", {"no JSON"}, {again}, all, record("Customer", named("a\\u0000b"))},
      {"RecordWithInvalidUtf8", "INVALID_JSON", {"no JSON", "UTF-8"}, {again}, all, record("Customer", named("a\xC3("))},
      {"RecordWithALoneSurrogate", "INVALID_JSON", {"no JSON"}, {again}, all, record("Customer", named("\\ud83c"))},
      {"RecordNestedTooDeep", "INVALID_JSON", {"no JSON", "deep"}, {again}, all, record("Customer", deep(5000))},
      {"RecordThatIsCutOff", "INVALID_JSON", {"no JSON"}, {again}, all, record("Customer", R"({"Id":"66","Disp)")},
      {"RecordThatIsEmpty", "INVALID_JSON", {"no JSON"}, {again}, all, record("Vendor", "")},
      {"RecordThatIsAList", "WRONG_TYPE", {"no JSON object"}, {again}, all, record("Vendor", R"(["66"])")},
      {"ItemOfAMissingAccount",
       "REFERENCE_MISSING",
       {"Account 404", "IncomeAccountRef"},
       {"Account 404"},
       all,
       record(
           "Item",
           R"({"Id":"66","Name":"Pump","FullyQualifiedName":"Pump","Type":"Service","Active":true,"IncomeAccountRef":{"value":"404"}})")},
      {"ItemWhosePriceIsNoNumber",
       "NOT_A_NUMBER",
       {"UnitPrice", "cheap"},
       {"Correct"},
       all,
       record(
           "Item",
           R"({"Id":"66","Name":"Pump","FullyQualifiedName":"Pump","Type":"Service","Active":true,"UnitPrice":"cheap","IncomeAccountRef":{"value":"79"}})")},
      {"TermOfManyDays",
       "NOT_A_WHOLE_NUMBER",
       {"DueDays", "30.5"},
       {"Correct"},
       all,
       record("Term", R"({"Id":"66","Name":"Odd","Type":"STANDARD","DueDays":30.5,"Active":true})")},
      {"EntityThatNobodyKnows",
       "UNMAPPED_ENTITY",
       {"nothing about Unicorn"},
       {"Add a rule for Unicorn"},
       all,
       record("Unicorn", R"({"Id":"66"})")},
  };
}

}  // namespace q2o::bad_input
