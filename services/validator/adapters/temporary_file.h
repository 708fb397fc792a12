#pragma once

#include <array>
#include <vector>

#include "services/validator/domain/long_list.h"

namespace q2o::validator {

/// A shelf in a file that has no name any more as soon as it is there: nobody else can open it, and it is gone with the process, however
/// that ends. In TMPDIR, else in /var/tmp.
class TemporaryFile final : public Shelf {
 public:
  TemporaryFile();
  ~TemporaryFile() override;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::uint64_t put(std::string_view bytes) override;
  std::uint64_t get(std::uint64_t place, std::string& bytes) const override;

 private:
  static constexpr std::size_t kBlock = 16'384, kBlocks = 16;
  struct Block {
    std::uint64_t number = ~std::uint64_t{0};
    std::string bytes;
  };
  void write_out();
  void read(std::uint64_t from, char* to, std::size_t size) const;
  const std::string& block(std::uint64_t number) const;

  int file_ = -1;
  std::uint64_t written_ = 0;
  std::string unwritten_;
  mutable std::array<Block, kBlocks> cache_;
};

}  // namespace q2o::validator
