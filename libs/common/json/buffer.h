#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace q2o::json {

/// A text that is put together of many small pieces. Here a piece is copied where it is appended, a literal by a move or two; with
/// std::string each one is a call into a library, and where records are written those were a fifth of the work.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer& other) { append(other.text()); }
  Buffer(Buffer&& other) noexcept
      : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer other) noexcept {
    text_.swap(other.text_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~Buffer() = default;

  void clear() { size_ = 0; }  ///< keeps the memory
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::string_view text() const { return {text_.get(), size_}; }

  Buffer& append(std::string_view piece) {
    if (piece.empty()) return *this;
    reserve(size_ + piece.size());
    std::memcpy(text_.get() + size_, piece.data(), piece.size());
    size_ += piece.size();
    return *this;
  }
  void push_back(char c) {
    reserve(size_ + 1);
    text_[size_++] = c;
  }
  void reserve(std::size_t characters) {
    if (characters > capacity_) grow(characters);
  }

 private:
  void grow(std::size_t least) {
    constexpr std::size_t kFirst = 128;
    const std::size_t capacity = std::max({least, 2 * capacity_, kFirst});
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), text_.get(), size_);
    text_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace q2o::json
