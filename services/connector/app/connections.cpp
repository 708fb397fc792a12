#include "services/connector/app/connections.h"

#include "common/calendar/calendar.h"

#include <fmt/format.h>

#include <fmt/ranges.h>
#include <algorithm>

#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "services/connector/app/run_extractor.h"

namespace q2o::connector {
namespace {

std::vector<std::string> missing(const SaveRequest& request) {
  std::vector<std::string> all;
  const auto need = [&](bool there, const char* name) {
    if (!there) all.emplace_back(name);
  };
  need(!request.company_id.empty(), "company_id");
  need(!request.credentials.client_id.empty(), "client_id");
  need(!request.credentials.client_secret.empty(), "client_secret");
  need(!request.authorization_code.empty() || !request.refresh_token.empty(), "authorization_code or refresh_token");
  need(request.authorization_code.empty() || !request.redirect_uri.empty(), "redirect_uri (with an authorization_code)");
  return all;
}

bool address(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

/// https, one of the platform's hosts, and nothing behind it but a path.
bool is_of(const Manifest& manifest, const std::string& url) {
  return std::ranges::any_of(manifest.hosts, [&](const std::string& host) {
    const std::string begin = "https://" + host;
    return url == begin || url.starts_with(begin + "/");
  });
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Result<Tokens> Connections::first_tokens(const SaveRequest& request, const std::string& token_url, int access_seconds) {
  if (request.authorization_code.empty()) return Tokens{{}, request.refresh_token, {}, 0};
  return oauth_.exchange(token_url, request.credentials, request.authorization_code, request.redirect_uri, access_seconds);
}

Result<Connection> Connections::save(const SaveRequest& request) {
  const auto manifest = manifests_.find(request.platform);
  if (manifest == manifests_.end())
    return fail(Code::invalid_argument, fmt::format("platform '{}' is not known", request.platform), "UNKNOWN_PLATFORM",
                "Use quickbooks_online.");
  if (const auto gaps = missing(request); !gaps.empty())
    return fail(Code::invalid_argument, fmt::format("missing: {}", fmt::join(gaps, ", ")), "MISSING_FIELDS", "Give all of them.");
  const Manifest& m = manifest->second;
  Connection wanted;
  wanted.tenant = request.tenant;
  wanted.platform = m.platform;
  wanted.company_id = request.company_id;
  wanted.slug = ids::connection_slug(m.slug_prefix, request.company_id);
  wanted.base_url = without_slash(request.base_url.empty() ? m.base_url : request.base_url);
  wanted.token_url = request.token_url.empty() ? m.oauth.token_url : request.token_url;
  if (!address(wanted.base_url) || !address(wanted.token_url))
    return fail(Code::invalid_argument, "base_url and token_url must begin with https:// (or http:// for a sandbox)", "BAD_ADDRESS",
                "Correct the address.");
  if (!any_address_ && (!is_of(m, wanted.base_url) || !is_of(m, wanted.token_url)))
    return fail(Code::invalid_argument, fmt::format("base_url and token_url must be addresses of {}", m.title), "ADDRESS_REFUSED",
                "Leave them out: the platform's own are known.");
  auto tokens = first_tokens(request, wanted.token_url, m.oauth.access_seconds);
  if (!tokens) return tl::unexpected(tokens.error());
  return store_.save({wanted, request.credentials, std::move(*tokens)});
}

Result<Connections::Page> Connections::list(const std::string& tenant, const std::string& after, std::uint32_t size) {
  if (!after.empty() && !store_.find(tenant, after)) return rpc::bad_page_token();
  const std::uint32_t most = rpc::page_size(size);
  Page page{store_.list(tenant, after, most + 1), {}};
  if (page.connections.size() > most) {
    page.connections.pop_back();
    page.more = page.connections.back().id;
  }
  return page;
}

Result<Connection> Connections::verify(const std::string& tenant, const std::string& connection_id, std::stop_token stop) {
  const auto known = store_.find(tenant, connection_id);
  if (!known) return fail(Code::not_found, "no such connection", "NOT_FOUND", "List the connections to see their ids.");
  const Manifest& m = manifests_.at(known->platform);
  if (known->state == "disconnecting" || known->state == "disconnected") return *known;
  if (known->state == "broken") store_.reopen(known->id);
  SourceCaller caller(*known, m, api_, gates_.of(known->id, m.budget), tokens_, clock_, probe_, options_,
                      [](const std::string&, milliseconds) {});
  const auto company = read_company(caller, m, std::move(stop));
  if (company) {
    store_.verified(known->id, company->at("company_name"), company->at("home_currency"),
                    calendar::month_number(company->at("fiscal_year_first_month")));
  } else {
    // The source being away for a moment breaks no connection.
    if (company.error().retry == Retry::after_backoff) return tl::unexpected(company.error());
    store_.broken(known->id, company.error());
  }
  return *store_.find(tenant, connection_id);
}

}  // namespace q2o::connector
