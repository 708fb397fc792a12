#include "sandbox/quickbooks/change_feed.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace q2o::sandbox::quickbooks {
namespace {

constexpr std::size_t kObjectsMax = 1000;
constexpr std::chrono::hours kLookBack{30 * 24};
constexpr std::array<std::string_view, 7> kWithout{"JournalCode",  "TaxAgency",  "TaxCode",     "TaxRate",
                                                   "TimeActivity", "TaxPayment", "ExchangeRate"};

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return out;
}

Fault400 invalid(std::string detail) {
  return {"4000", "Error parsing query", std::move(detail)};
}

}  // namespace

tl::expected<std::string, Fault400> change_feed(const Request& request, const Shelf& shelf, const std::vector<Bookkeeper::Deleted>& deleted,
                                                Moment now) {
  const std::string since(request.parameter("changedsince"));
  const auto moment = moment_of(since);
  if (!moment) return tl::unexpected(invalid("changedSince is missing or no time"));
  if (now - *moment > kLookBack)
    return tl::unexpected(
        Fault400{"2010", "Request has invalid or unsupported property",
                 fmt::format("Operation cdc with changedSince date {} which is older than fixed days is not supported.", since)});
  std::string body;
  std::size_t left = kObjectsMax;
  for (const auto& name : split(request.parameter("entities"))) {
    const auto* entity = find_entity(name);
    if (entity == nullptr || std::ranges::find(kWithout, entity->name) != kWithout.end())
      return tl::unexpected(invalid(fmt::format("Operation cdc is not supported for {}", name)));
    Query query;
    query.entity = name;
    query.where.push_back({"MetaData.LastUpdatedTime", Condition::Operator::greater_or_equal, {{Literal::Kind::text, since}}});
    if (entity->hides_inactive)
      query.where.push_back({"Active", Condition::Operator::in, {{Literal::Kind::boolean, "true"}, {Literal::Kind::boolean, "false"}}});
    query.order.push_back({"MetaData.LastUpdatedTime"});
    query.rows_max = static_cast<int>(left);
    const auto page = shelf.select(query);
    if (!page) return tl::unexpected(page.error());
    std::vector<std::string> objects;
    for (const auto* row : page->rows) objects.push_back(row->text);
    for (const auto& gone : deleted)
      if (gone.entity == entity->name && moment_of(gone.at) >= moment && objects.size() < left)
        objects.push_back(
            fmt::format(R"({{"domain":"QBO","status":"Deleted","Id":"{}","MetaData":{{"LastUpdatedTime":"{}"}}}})", gone.id, gone.at));
    left -= objects.size();
    body += body.empty() ? "" : ",";
    if (objects.empty())
      body += "{}";
    else
      body += fmt::format(R"({{"{}":[{}],"startPosition":1,"maxResults":{}}})", entity->name, fmt::join(objects, ","), objects.size());
  }
  return fmt::format(R"({{"CDCResponse":[{{"QueryResponse":[{}]}}],"time":"{}"}})", body, time_text(now));
}

}  // namespace q2o::sandbox::quickbooks
