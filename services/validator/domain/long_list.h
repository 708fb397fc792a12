#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "services/validator/domain/packing.h"

/// Lists that are too long for memory. They lie on a shelf; whoever walks over one holds one of its values at a time.
namespace q2o::validator {

struct NoRoom : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Room outside of memory: bytes are put there once and got by their place, also in the order in which they were put. For one thread at a
/// time. Throws NoRoom.
class Shelf {
 public:
  virtual ~Shelf() = default;
  /// The place.
  virtual std::uint64_t put(std::string_view bytes) = 0;
  /// The place of what was put next.
  virtual std::uint64_t get(std::uint64_t place, std::string& bytes) const = 0;
};
/// A shelf for one list; empty: everything stays in memory.
using MakeShelf = std::function<std::shared_ptr<Shelf>()>;

template <class T>
class LongList {
 public:
  struct Piece {
    std::uint64_t first = 0, size = 0;
  };
  LongList() = default;
  explicit LongList(const MakeShelf& make) : shelf_(make ? make() : nullptr) {}
  bool on_shelf() const { return shelf_ != nullptr; }
  std::size_t size() const { return size_; }

  /// What is of one piece is added together; a walk goes over the pieces in the order of their names.
  std::uint64_t add(const T& value, const std::string& piece = {}) {
    Packer packer;
    pack(packer, value);
    const auto place = shelf_->put(packer.bytes());
    ++pieces_.try_emplace(piece, Piece{place, 0}).first->second.size;
    ++size_;
    return place;
  }
  /// The place of the next value of the piece.
  std::uint64_t get(std::uint64_t place, T& value) const {
    std::string bytes;
    const auto next = shelf_->get(place, bytes);
    Unpacker unpacker(bytes);
    pack(unpacker, value);
    return next;
  }
  const std::map<std::string, Piece>& pieces() const { return pieces_; }

 private:
  std::shared_ptr<Shelf> shelf_;
  std::map<std::string, Piece> pieces_;
  std::size_t size_ = 0;
};

/// A list wherever it is: on its shelf or, where it has none, in memory. Holds references.
template <class T>
class Rows {
 public:
  Rows(const std::vector<T>& memory, const LongList<T>& list) : memory_(memory), list_(list) {}
  std::size_t size() const { return list_.on_shelf() ? list_.size() : memory_.size(); }
  bool empty() const { return size() == 0; }
  T at(std::uint64_t place) const {
    if (!list_.on_shelf()) return memory_.at(place);
    T value;
    list_.get(place, value);
    return value;
  }

  class Walk {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = T;
    explicit Walk(const Rows& rows) : rows_(&rows), piece_(rows.list_.pieces().begin()) { step(); }
    const T& operator*() const { return rows_->list_.on_shelf() ? value_ : rows_->memory_[place_]; }
    const T* operator->() const { return &**this; }
    /// For at().
    std::uint64_t place() const { return place_; }
    Walk& operator++() {
      ++done_;
      step();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return done_ == rows_->size(); }

   private:
    void step() {
      if (done_ == rows_->size()) return;
      if (!rows_->list_.on_shelf()) {
        place_ = done_;
        return;
      }
      if (in_piece_ == piece_->second.size) {
        ++piece_;
        in_piece_ = 0;
      }
      place_ = in_piece_++ == 0 ? piece_->second.first : next_;
      next_ = rows_->list_.get(place_, value_);
    }
    const Rows* rows_;
    typename std::map<std::string, typename LongList<T>::Piece>::const_iterator piece_;
    std::uint64_t done_ = 0, in_piece_ = 0, place_ = 0, next_ = 0;
    T value_{};
  };
  Walk begin() const { return Walk(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  const std::vector<T>& memory_;
  const LongList<T>& list_;
};

/// Where the values with a key are in a list; 16 bytes of memory for each. Built, then asked.
class Places {
 public:
  void add(std::int64_t key, std::uint64_t place) { places_.emplace_back(key, place); }
  /// Needed once after the last add().
  void sort();
  std::vector<std::uint64_t> of(std::int64_t key) const;

 private:
  std::vector<std::pair<std::int64_t, std::uint64_t>> places_;
};

}  // namespace q2o::validator
