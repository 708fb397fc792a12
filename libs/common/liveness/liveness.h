#pragma once

#include <string>
#include <string_view>

/// Names of processes that tell, on the machine where they were given, whether their process still lives. What a killed process held
/// can then be taken over at once instead of after its time has run out.
namespace q2o::liveness {

/// "loader-1a2b3c4d@<boot>.<pid namespace>.<pid>.<start>": unique per call.
std::string make_name(std::string_view service);

/// True only when the process that got this name is certainly gone: same boot and same process ids as ours, and nobody there any more
/// (or somebody who began at another time). False for living ones, for other machines, and for names of any other form.
bool certainly_dead(std::string_view name);

}  // namespace q2o::liveness
