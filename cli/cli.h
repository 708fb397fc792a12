#pragma once

namespace q2o::cli {

/// The whole command line; main() only calls it. Exit codes: session.h.
int run(int argc, char** argv);

}  // namespace q2o::cli
