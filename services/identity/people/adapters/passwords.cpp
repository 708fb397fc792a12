#include "services/identity/people/adapters/passwords.h"

#include <sodium.h>

#include <stdexcept>

#include "services/identity/people/domain/credentials.h"

namespace q2o::identity::people {
namespace {

class Place {
 public:
  explicit Place(std::counting_semaphore<64>& places) : places_(places) { places_.acquire(); }
  ~Place() { places_.release(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::counting_semaphore<64>& places_;
};

}  // namespace

Passwords::Passwords(Cost cost) : cost_(cost), places_(cost.at_once), decoy_(hash(random_token())) {}

std::string Passwords::hash(const config::Secret& password) {
  const Place place(places_);
  char out[crypto_pwhash_STRBYTES];
  const auto& text = password.reveal();
  if (crypto_pwhash_str_alg(out, text.data(), text.size(), cost_.passes, cost_.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::runtime_error("no memory to hash a password");
  return out;
}

bool Passwords::verify(const std::string& hash, const config::Secret& password) {
  const Place place(places_);
  const auto& text = password.reveal();
  const auto& against = hash.empty() ? decoy_ : hash;
  return crypto_pwhash_str_verify(against.c_str(), text.data(), text.size()) == 0 && !hash.empty();
}

bool Passwords::is_outdated(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.passes, cost_.memory_kib * 1024) != 0;
}

}  // namespace q2o::identity::people
