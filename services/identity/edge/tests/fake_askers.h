#pragma once

#include <map>

#include "services/identity/edge/askers.h"

namespace q2o::identity::edge {

/// Knows whom a test has put in; counts what was asked.
class FakeAskers final : public Askers {
 public:
  std::map<std::string, Asker, std::less<>> sessions, keys, tokens;
  Status admission;
  bool broken = false;  ///< as if the database were away
  int asked = 0;

  Result<Asker> by_session(std::string_view cookie) override { return find(sessions, cookie); }
  Result<Asker> by_key(std::string_view key) override { return find(keys, key); }
  Result<Asker> by_token(std::string_view claims) override { return find(tokens, claims); }
  Status admit(const Asker&) override { return admission; }

 private:
  Result<Asker> find(const std::map<std::string, Asker, std::less<>>& all, std::string_view credential) {
    ++asked;
    if (broken) throw std::runtime_error("the password of the database is wrong");
    const auto at = all.find(credential);
    if (at == all.end()) return fail(Code::unauthenticated, "unknown", "UNKNOWN", "Sign in.");
    return at->second;
  }
};

}  // namespace q2o::identity::edge
