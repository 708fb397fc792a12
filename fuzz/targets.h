#pragma once

#include <span>
#include <string_view>

/// Everything that reads foreign bytes, as functions that take any bytes. They must not crash, hang or break their own promises.
namespace q2o::fuzz {

struct Target {
  const char* name;  ///< also the folder of its seeds
  void (*run)(std::string_view bytes);
};
std::span<const Target> targets();

void json(std::string_view bytes);
void decimal(std::string_view bytes);
void report(std::string_view bytes);
void mapping_file(std::string_view bytes);
void record(std::string_view bytes);
void envelope(std::string_view bytes);
void token_answer(std::string_view bytes);
void odoo_answer(std::string_view bytes);
void platform(std::string_view bytes);
void source_answer(std::string_view bytes);
void date(std::string_view bytes);
void proof(std::string_view bytes);
void config_file(std::string_view bytes);
void company(std::string_view bytes);
void repair(std::string_view bytes);
void url(std::string_view bytes);
void webhook(std::string_view bytes);
void webhook_signature(std::string_view bytes);
void prices(std::string_view bytes);
void check(std::string_view bytes);
void headers(std::string_view bytes);
void credentials(std::string_view bytes);
void claims(std::string_view bytes);
void signed_token(std::string_view bytes);
void access_log(std::string_view bytes);

/// A promise that does not hold ends the program, as the fuzzer expects.
void expect(bool promise, const char* what);

}  // namespace q2o::fuzz
