#include "services/identity/people/adapters/module.h"

#include <stdexcept>

#include "common/once/once.h"
#include "services/identity/people/domain/address.h"

namespace q2o::identity::people {
namespace {

config::Secret key_for(const std::string& key_file, std::string_view purpose) {
  auto key = crypto::derived_key(key_file, purpose);
  if (!key) throw std::runtime_error(key.error().message);
  return std::move(*key);
}

PasswordRules rules_of(const std::string& file) {
  auto rules = PasswordRules::from_file(file);
  if (!rules) throw std::runtime_error(rules.error().message);
  return std::move(*rules);
}

}  // namespace

Configured read_settings(config::Reader& config) {
  Configured out;
  auto& settings = out.settings;
  settings.sessions.idle = std::chrono::minutes(config.integer("people.session_idle_minutes", 720, 1, 60 * 24 * 30));
  settings.sessions.absolute = std::chrono::hours(config.integer("people.session_absolute_hours", 336, 1, 24 * 90));
  settings.invitation = std::chrono::hours(config.integer("people.invitation_hours", 336, 1, 24 * 90));
  settings.invitations_per_day = static_cast<std::uint32_t>(config.integer("people.invitations_per_day", 50, 1, 10'000));
  settings.key_rate_per_minute = static_cast<std::uint32_t>(config.integer("people.key_rate_per_minute", 600, 1, 1'000'000));
  settings.person_rate_per_minute = static_cast<std::uint32_t>(config.integer("people.person_rate_per_minute", 1200, 1, 1'000'000));
  out.cost.passes = static_cast<unsigned long long>(config.integer("people.argon2_passes", 3, 1, 100));
  out.cost.memory_kib = static_cast<std::size_t>(config.integer("people.argon2_memory_kib", 32 * 1024, 8 * 1024, 1024 * 1024));
  out.cost.at_once = static_cast<int>(config.integer("people.argon2_at_once", 2, 1, 64));
  for (const auto& one : config.list("people.operators", {}))
    if (const auto address = normalized_address(one)) settings.operators.insert(*address);
  // "https://login.example.com=example.com" or "https://accounts.google.com=*": whose addresses an issuer may vouch for.
  for (const auto& one : config.list("people.sso_issuers", {}))
    if (const auto equals = one.find('='); equals != std::string::npos)
      settings.sso_issuers[one.substr(0, equals)].insert(one.substr(equals + 1));
  // An issuer that says nothing of email_verified (Entra, NextAuth): believed for domains that are named one by one.
  for (const auto& issuer : config.list("people.sso_trusted_addresses", {})) {
    const auto domains = settings.sso_issuers.find(issuer);
    if (domains == settings.sso_issuers.end() || domains->second.contains("*"))
      throw std::runtime_error("people.sso_trusted_addresses: \"" + issuer +
                               "\" needs its domains in people.sso_issuers, each by its name");
    settings.sso_trusted.insert(issuer);
  }
  // "example.com=<tenant>:viewer": people of that domain belong there at their first single sign-on.
  for (const auto& one : config.list("people.sso_domains", {}))
    if (const auto equals = one.find('='); equals != std::string::npos) settings.sso_home[one.substr(0, equals)] = one.substr(equals + 1);
  out.key_file = config.text("crypto.key_file");
  out.common_passwords = config.text("config.dir") + "/common_passwords.txt";
  return out;
}

Module::Module(pg::Pool& pool, Configured configured, UsageReader usage, Clock now)
    : pool_(pool),
      passwords_(configured.cost),
      gate_(pool, now),
      audit_(pool, key_for(configured.key_file, "identity audit"), now),
      tools_{pool,
             now,
             configured.settings,
             AddressBook(key_for(configured.key_file, "identity addresses")),
             rules_of(configured.common_passwords),
             passwords_,
             gate_,
             audit_,
             Announcer(now)},
      accounts_(tools_),
      staff_(tools_),
      keys_(tools_),
      allowance_(pool),
      access_(tools_, allowance_),
      account_service_(accounts_),
      people_service_(staff_),
      key_service_(keys_, std::move(usage)),
      audit_service_(audit_) {}

std::size_t Module::sweep() {
  return gate_.sweep() + allowance_.sweep() + pool_.transact([](pg::Tx& tx) { return sweep_expired(tx); }) +
         pool_.transact([](pg::Tx& tx) { return once::sweep(tx); });
}

}  // namespace q2o::identity::people
