#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/result/result.h"

/// A source platform as data: hosts, sign-in, entities with their order, budgets, faults, reports. The code behind it knows an
/// auth style, a paging style and report trees; no entity by name.
namespace q2o::connector {

enum class Listing {
  paged,   ///< query language, page after page, counted
  once,    ///< one query, no count (settings)
  ledger,  ///< the general ledger report, cut by periods
  none,    ///< cannot or need not be listed; `reason` says why
};

/// How a later run learns what has changed in an entity.
enum class Changes {
  in_full,  ///< it reads everything again
  updated,  ///< by the time of the last change; what was deleted is only seen in the count
  feed,     ///< the platform's change feed, which tells deletions too
};

struct EntityRule {
  std::string name;
  std::string stage;  ///< one of Manifest::stages
  Listing listing = Listing::none;
  std::string reason;
  std::vector<std::string> result_keys;  ///< member of the answer that holds the rows; the first one that is there
  std::vector<std::string> id;           ///< paths of the id's parts ("*" = the only member); joined with "/"
  std::string order_by;                  ///< empty: no order is asked for
  std::string filter;                    ///< condition that shows inactive rows too
  std::string filter_in;                 ///< field that must be one of the values of `filter_capture`; none captured = nothing to list
  std::string filter_capture;
  bool countable = true;
  bool optional = false;                  ///< may be unknown to the company's plan or country
  std::string date_field;                 ///< of dated transactions: their span gives the ledger's periods
  std::string count_date;                 ///< by which an assessment counts years; empty: its records have no date that can be asked for
  std::vector<std::string> ledger_types;  ///< what the ledger calls its transactions; empty: it never posts
  Changes changes = Changes::in_full;
};

enum class FaultAction { retry, wait, reauthenticate, stop, permanent, absent, absent_if_optional, split };

struct FaultRule {
  int status = 0;    ///< 0 = any
  std::string code;  ///< empty = any
  FaultAction action = FaultAction::permanent;
  std::string reason;  ///< stable machine word
  std::string hint;
};

struct FaultPaths {
  std::string code, message, detail;
};

/// Which moments a report is asked for.
enum class Moments { month_ends, fiscal_year_ends, last_date };

struct ReportRule {
  std::string name;
  std::vector<Moments> moments;
  std::map<std::string, std::string> parameters;  ///< {start} {end} {fiscal_start} are filled in
};

struct LedgerRule {
  std::string report;
  std::map<std::string, std::string> parameters;                ///< {start} {end}
  std::map<std::string, std::string> multicurrency_parameters;  ///< replace the others where the company keeps several currencies
  std::map<std::string, std::string> probe_parameters;          ///< a narrow form of it that only tells dates
  std::string date_column;                                      ///< ColKey of the posting's date
  std::vector<std::string> truncated_marks;                     ///< texts that mean: too much for one answer
  std::string widest_first, widest_last;
  std::vector<std::string> own_types;  ///< what the ledger calls transactions that no entity has
};

/// A value kept while an entity passes by (home currency, fiscal year …).
struct Capture {
  std::string name, entity, path;
};

/// 0: the source sets no such limit.
struct Budget {
  int per_minute = 0;
  int per_second = 0;
  int concurrent = 0;
};

struct QueryForms {
  std::string count, page, once, edge;  ///< statements with {entity} {where} {order} {start} {rows} {field} {direction}
  std::string count_path;               ///< where an answer to `count` has the number
  std::string rows_path;                ///< object that holds the rows
  int page_rows = 0;
};

struct OAuth {
  std::string authorize_url, token_url, revoke_url;
  std::vector<std::string> scopes;
  int access_seconds = 3600;  ///< when the answer does not say
};

/// Files that hang on records: the source gives a short-lived address, the bytes come from there without signing in.
struct FileRule {
  std::string entity;     ///< whose records have files; empty: the platform has none
  std::string link_path;  ///< with {company}, {id}
  std::size_t bytes_max = 0;
  std::vector<FaultRule> link_faults, store_faults;  ///< looked at before Manifest::faults; `reauthenticate` of the store: a new address
};

/// Where a record has what people see of it. Empty: nowhere.
struct ShownPaths {
  std::string date, number, amount, active;
  std::vector<std::string> party;     ///< the first one that is there
  std::vector<std::string> unheeded;  ///< members that move with other records: a record that differs in them only has not changed
};

/// How the source tells what has changed since a moment.
struct ChangeRule {
  std::string feed_path;                               ///< with {company}; empty: the platform cannot tell changes
  std::map<std::string, std::string> feed_parameters;  ///< {entity} {since}
  std::string feed_rows_path;                          ///< object that holds the rows
  std::string deleted_path, deleted_word;              ///< what a deleted record says of itself
  int feed_rows_max = 0;                               ///< so many mean that some are missing
  int feed_days = 0;                                   ///< how far it looks back
  std::string updated_filter;                          ///< condition with {since}
  int updated_rows_max = 0;                            ///< more of them: the entity is read in full
  std::string time_path;                               ///< where an answer tells the source's clock
  int overlap_minutes = 0;                             ///< the source's clocks do not agree to the second
  std::string closed_capture;                          ///< date until which the source's books are closed
  ShownPaths shown;
};

struct Manifest {
  std::string platform, title, slug_prefix, base_url;
  std::vector<std::string> hosts;
  OAuth oauth;
  std::string query_path, report_path;  ///< with {company}, {report}
  std::map<std::string, std::string> common_parameters;
  QueryForms query;
  Budget budget;
  std::vector<std::string> stages;
  std::vector<EntityRule> entities;  ///< in the order of publication
  std::vector<Capture> captures;
  std::vector<FaultPaths> fault_paths;
  std::vector<FaultRule> faults;  ///< first one that fits decides
  LedgerRule ledger;
  std::vector<ReportRule> reports;
  FileRule files;
  ChangeRule changes;

  const EntityRule* find(std::string_view entity) const;
};

/// Checks everything; the error's message has all complaints, a line each, with their place.
Result<Manifest> parse_manifest(std::string text);

}  // namespace q2o::connector
