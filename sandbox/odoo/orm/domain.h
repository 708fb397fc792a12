#pragma once

#include <memory>
#include <vector>

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// A search domain in Odoo's prefix notation, checked and ready to be asked about records of one model.
class Domain {
 public:
  Domain(Env& env, const Model& model, const Any& domain);
  bool matches(const Record& record) const;
  bool mentions(std::string_view field) const;
  /// The lowest id that can match ("id > 500" in the outermost terms): where a reader of pages goes on.
  Id first_id() const;
  /// Ids to look at when an index narrows them, ascending; nullopt = all.
  std::optional<Ids> candidates(const Table& table) const;

  struct Leaf {
    std::vector<const Field*> path;
    std::string comparison;
    Any value;
  };

 private:
  struct Node {
    enum class Kind { leaf, all, any, none_of, always, never } kind = Kind::always;
    Leaf leaf;
    std::vector<Node> parts;
  };
  Node parse(const List& terms, std::size_t& at) const;
  Leaf parse_leaf(const List& term) const;
  static bool holds(const Node& node, const Record& record);
  static bool mentions(const Node& node, std::string_view field);
  static std::optional<Ids> narrow(const Node& node, const Table& table, Id from);

  Env* env_;
  const Model* model_;
  Node root_;
};

/// Does one leaf hold for a record (leaf.cpp).
bool leaf_holds(const Domain::Leaf& leaf, const Record& record);

}  // namespace q2o::sandbox::odoo
