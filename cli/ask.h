#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/result/result.h"

namespace q2o::cli {

/// A question after a run has ended: its service may just be starting anew, which takes a supervisor a second or two. Only for what
/// changes nothing; another error than "not there" is given back at once.
template <class Ask>
auto ask_patiently(Ask ask, std::chrono::milliseconds patience = std::chrono::seconds(10)) -> decltype(ask()) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto answer = ask();
    if (answer || answer.error().code != Code::unavailable || std::chrono::steady_clock::now() >= until) return answer;
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(patience, std::chrono::milliseconds(250)));
  }
}

}  // namespace q2o::cli
