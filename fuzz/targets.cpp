#include "fuzz/targets.h"

#include <array>

namespace q2o::fuzz {

std::span<const Target> targets() {
  static constexpr std::array kAll{Target{"json", json},
                                   Target{"decimal", decimal},
                                   Target{"report", report},
                                   Target{"mapping_file", mapping_file},
                                   Target{"record", record},
                                   Target{"envelope", envelope},
                                   Target{"token_answer", token_answer},
                                   Target{"odoo_answer", odoo_answer},
                                   Target{"platform", platform},
                                   Target{"source_answer", source_answer},
                                   Target{"date", date},
                                   Target{"proof", proof},
                                   Target{"config_file", config_file},
                                   Target{"company", company},
                                   Target{"repair", repair},
                                   Target{"url", url},
                                   Target{"webhook", webhook},
                                   Target{"webhook_signature", webhook_signature},
                                   Target{"prices", prices},
                                   Target{"check", check},
                                   Target{"headers", headers},
                                   Target{"credentials", credentials},
                                   Target{"claims", claims},
                                   Target{"signed_token", signed_token},
                                   Target{"access_log", access_log}};
  return kAll;
}

}  // namespace q2o::fuzz
