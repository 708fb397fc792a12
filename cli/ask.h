#pragma once

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "common/result/result.h"

namespace q2o::cli {

/// A question whose service may just be starting anew, which takes a supervisor a second or two. Only for what may be asked twice; another
/// error than "not there" is given back at once, and that one too where it is not `worth_waiting()`.
template <class Ask, class Worth>
auto ask_patiently(Ask ask, Worth worth_waiting, std::chrono::milliseconds patience = std::chrono::seconds(10)) -> decltype(ask()) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto answer = ask();
    if (answer || answer.error().code != Code::unavailable || !worth_waiting() || std::chrono::steady_clock::now() >= until) return answer;
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(patience, std::chrono::milliseconds(250)));
  }
}
template <class Ask>
auto ask_patiently(Ask ask, std::chrono::milliseconds patience = std::chrono::seconds(10)) -> decltype(ask()) {
  return ask_patiently(std::move(ask), [] { return true; }, patience);
}

}  // namespace q2o::cli
