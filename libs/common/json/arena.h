#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace q2o::json {

/// Memory of one document: handed out in order, freed together. Chunks grow, so that a large document needs few of them.
class Arena {
 public:
  /// About so many bytes will be asked for. Documents are kept by the ten thousand: a small one must not take a large chunk.
  void expect(std::size_t bytes) { size_ = std::clamp(bytes / 2, kChunkMin, kChunkMax); }

  template <class T>
  const T* copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (items.empty()) return nullptr;
    void* const to = take(items.size_bytes(), alignof(T));
    std::memcpy(to, items.data(), items.size_bytes());
    return static_cast<const T*>(to);
  }

  std::string_view copy_text(std::string_view text) {
    if (text.empty()) return {};
    return {copy(std::span<const char>(text)), text.size()};
  }

 private:
  void* take(std::size_t bytes, std::size_t alignment) {
    used_ = (used_ + alignment - 1) / alignment * alignment;
    if (chunks_.empty() || used_ + bytes > size_) {
      size_ = std::max(bytes, std::min(size_ * 2, kChunkMax));
      chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size_));
      used_ = 0;
    }
    void* const out = chunks_.back().get() + used_;
    used_ += bytes;
    return out;
  }

  static constexpr std::size_t kChunkMin = 128;
  static constexpr std::size_t kChunkMax = 96u << 10;  // below the size from which malloc asks the kernel each time
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t size_ = kChunkMin;
  std::size_t used_ = 0;
};

}  // namespace q2o::json
