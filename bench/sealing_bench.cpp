/// Sealing and opening, of whole messages (with zstd) and of single columns, on one core: MB of plain text per second of the core, and the
/// same for zstd alone, which the bus would do anyway.
#include <fmt/format.h>
#include <time.h>
#include <zstd.h>

#include <random>

#include "common/sealing/memory_keys.h"
#include "common/sealing/seal.h"

namespace {

using namespace q2o;

double core_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// JSON like an invoice's, numbers and words drawn anew so that zstd finds what it finds in real batches.
std::string batch(std::size_t bytes) {
  std::mt19937 random(7);
  std::string out;
  while (out.size() < bytes) {
    out += fmt::format(
        R"({{"Id":"{}","DocNumber":"{}","TxnDate":"2025-{:02}-{:02}","CustomerRef":{{"value":"{}","name":"Customer {} & Sons"}},"Line":[{{"Amount":{}.{:02},"DetailType":"SalesItemLineDetail","Description":"Work of day {}"}}],"PrivateNote":"see {}"}})",
        random() % 100000, random() % 100000, random() % 12 + 1, random() % 28 + 1, random() % 900, random() % 900, random() % 5000,
        random() % 100, random(), random());
  }
  out.resize(bytes);
  return out;
}

/// Best of five: MB of plain text per core second.
template <class Work>
double megabytes_per_second(std::size_t bytes, const Work& work) {
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const double begun = core_seconds();
    std::size_t done = 0;
    while (core_seconds() - begun < 0.2) {
      work();
      done += bytes;
    }
    best = std::max(best, static_cast<double>(done) / 1e6 / (core_seconds() - begun));
  }
  return best;
}

void measure(const char* what, std::size_t bytes) {
  const sealing::Seal seal(std::make_shared<sealing::MemoryKeys>());
  const sealing::Place place{"7b0f6c1e-1f0e-4c43-9a52-111111111111", "7b0f6c1e-1f0e-4c43-9a52-222222222222", "bench", "1"};
  const auto plain = batch(bytes);
  const auto sealed = seal.seal(place, plain).value();
  const auto text = seal.seal_text(place, plain).value();
  std::string frame(ZSTD_compressBound(bytes), '\0');
  fmt::print(
      "{:<22} {:>9} bytes, sealed {:>8}: seal {:>7.0f} MB/s, open {:>7.0f} MB/s, as text {:>7.0f} and {:>7.0f} MB/s, zstd alone {:>7.0f} "
      "MB/s\n",
      what, bytes, sealed.size(), megabytes_per_second(bytes, [&] { seal.seal(place, plain).value(); }),
      megabytes_per_second(bytes, [&] { seal.open(place, sealed).value(); }),
      megabytes_per_second(bytes, [&] { seal.seal_text(place, plain).value(); }),
      megabytes_per_second(bytes, [&] { seal.open(place, text).value(); }),
      megabytes_per_second(bytes, [&] { ZSTD_compress(frame.data(), frame.size(), plain.data(), plain.size(), 1); }));
}

}  // namespace

int main() {
  measure("a name", 40);
  measure("a target's values", 700);
  measure("a batch", 256 << 10);
  measure("a large batch", 1 << 20);
}
