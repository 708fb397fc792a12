#include "sandbox/quickbooks/query.h"

#include "sandbox/quickbooks/selection.h"

namespace q2o::sandbox::quickbooks {
namespace {

Company small() {
  Company out;
  const auto customer = [&](const char* id, const char* name, bool active, const char* balance) {
    out.entities["Customer"].push_back(Node::object({{"Id", id},
                                                     {"DisplayName", name},
                                                     {"FullyQualifiedName", name},
                                                     {"Active", active},
                                                     {"Notes", "x"},
                                                     {"Balance", Decimal::of(balance)},
                                                     {"MetaData", Node::object({{"LastUpdatedTime", "2025-01-01T10:00:00-08:00"}})}}));
  };
  customer("2", "Adam's Candy Shop", true, "300.10");
  customer("10", "Bea", true, "0");
  customer("1", "Zoe (deleted)", false, "5");
  const auto invoice = [&](const char* id, const char* day, const char* number, const char* updated) {
    out.entities["Invoice"].push_back(Node::object({{"Id", id},
                                                    {"TxnDate", day},
                                                    {"DocNumber", number},
                                                    {"TotalAmt", Decimal::of("12.50")},
                                                    {"PrivateNote", "n"},
                                                    {"CustomerRef", Node::object({{"value", "2"}})},
                                                    {"MetaData", Node::object({{"LastUpdatedTime", updated}})}}));
  };
  invoice("7", "2025-01-05", "1001", "2025-01-05T09:00:00-08:00");
  invoice("8", "2025-02-05", "1002", "2025-02-05T09:00:00-08:00");
  invoice("11", "2025-03-05", "1002", "2025-02-05T09:00:00-08:00");
  out.entities["RecurringTransaction"].push_back(Node::object({{"Bill", Node::object({{"Id", "20"}})}}));
  return out;
}

/// Ids of the answer, or the code of the fault.
std::string answer(const std::string& statement) {
  static const Company company = small();
  static const Shelf shelf(company);
  const auto query = parse_query(statement);
  if (!query) return query.error().code + " " + query.error().detail;
  const auto page = shelf.select(*query);
  if (!page) return page.error().code + " " + page.error().detail;
  if (query->count) return fmt::format("count {}", page->matching);
  std::string out;
  for (const auto* row : page->rows) out += (out.empty() ? "" : " ") + object_id(*row->object);
  return out;
}

struct Case {
  const char* statement;
  const char* expected;
};

class QueryTable : public ::testing::TestWithParam<Case> {};

TEST_P(QueryTable, AnswersAsQuickBooksDoes) {
  const std::string expected = GetParam().expected;
  const bool fault = expected.starts_with("4000") || expected.starts_with("4001") || expected.starts_with("10000");
  if (fault)
    EXPECT_THAT(answer(GetParam().statement), ::testing::StartsWith(expected));
  else
    EXPECT_EQ(answer(GetParam().statement), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Statements, QueryTable,
    ::testing::Values(
        Case{"select * from Customer", "2 10"}, Case{"SELECT * FROM customer WHERE Active IN (true, false)", "2 10 1"},
        Case{"select * from Customer where Active = false", "1"},
        Case{"select * from Customer where Active = 'true'", "10000 System Failure Error: java.lang.String"},
        Case{"select count(*) from Customer", "count 2"}, Case{"select COUNT(*) from Customer where Active in (true,false)", "count 3"},
        Case{"select * from Customer where Active in (true,false) orderby Id", "1 2 10"},
        Case{"select * from Customer where Active in (true,false) order by Id desc", "10 2 1"},
        Case{"select * from Customer where DisplayName = 'Adam\\'s Candy Shop'", "2"},
        Case{"select * from Customer where DisplayName = 'BEA'", "10"},
        Case{"select * from Customer where DisplayName like '%candy%'", "2"},
        Case{"select * from Customer where DisplayName like 'candy%'", ""}, Case{"select * from Customer where Balance > '300.00'", "2"},
        Case{"select * from Customer where Balance = 300.1", "2"},
        Case{"select * from Customer where Id in ('1','10') and Active in (true,false)", "10 1"},
        Case{"select * from Customer where Id > '1'", "4001 QueryValidationError"},
        Case{"select * from Customer where Notes = 'x'", "4001 QueryValidationError: property 'Notes' is not queryable"},
        Case{"select * from Customer where Nonsense = 'x'", "4001 QueryValidationError: Property Nonsense not found for Entity Customer"},
        Case{"select * from Custmoer", "4001 QueryValidationError: invalid context declaration: Custmoer"},
        Case{"select * from Invoice", "8 11 7"}, Case{"select * from Invoice orderby Id", "7 8 11"},
        Case{"select * from Invoice orderby Id startposition 2 maxresults 1", "8"},
        Case{"select * from Invoice orderby Id maxresults 1 startposition 3", "11"}, Case{"select * from Invoice startposition 4", ""},
        Case{"select * from Invoice startposition 0", "4001 QueryValidationError: value 0 is too small. Min allowed value is 1"},
        Case{"select * from Invoice maxresults 1500", "4001 QueryValidationError: value 1500 is too large. Max allowed value is 1000"},
        Case{"select * from Invoice where TxnDate >= '2025-02-01' and TxnDate < '2025-03-01'", "8"},
        Case{"select * from Invoice where CustomerRef = '2' orderby Id", "7 8 11"},
        Case{"select * from Invoice where MetaData.LastUpdatedTime > '2025-02-05T16:59:59Z' orderby Id", "8 11"},
        Case{"select * from Invoice where MetaData.LastUpdatedTime > '2025-02-05T18:00:00+01:00'", ""},
        Case{"select * from Invoice where PrivateNote = 'n'", "4001"},
        Case{"select Id, Line.* from Invoice where TotalAmt = 12.5 orderby DocNumber desc, Id desc", "11 8 7"},
        Case{"select * from RecurringTransaction where Id = '20'", "20"}, Case{"select * from Transfer", ""},
        Case{"select * from Invoice where TxnDate != '2025-01-01'",
             "4000 QueryParserError: Invalid content. Lexical error at line 1, column 37"},
        Case{"select * from Invoice where DocNumber = 'x", "4000 QueryParserError: Invalid content. Lexical error"},
        Case{"", "4000 QueryParserError: Encountered"},
        Case{"select * from Invoice where DocNumber = null",
             "4000 QueryParserError: Encountered \" \"null\" \"null \"\" at line 1, column 41."},
        Case{"delete from Invoice", "4000 QueryParserError"},
        Case{"select * from Invoice where DocNumber = '1' or DocNumber = '2'", "4000 QueryParserError"},
        Case{"select * from Invoice, Bill", "4000 QueryParserError"}, Case{"select * from Invoice where TxnDate > CURRENT_DATE", ""}));

TEST(Query, ReadsTheTokensOnce) {
  const auto query = parse_query("select * from Invoice where Id in ('1', '2') orderby TxnDate asc startposition 5 maxresults 7");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->entity, "Invoice");
  EXPECT_EQ(query->where.at(0).values.size(), 2u);
  EXPECT_EQ(query->start, 5);
  EXPECT_EQ(query->rows_max, 7);
}

}  // namespace
}  // namespace q2o::sandbox::quickbooks
