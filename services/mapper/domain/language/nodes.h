#pragma once

#include <optional>

#include "services/mapper/domain/language/node.h"

/// The kinds of nodes. Built by compile() only.
namespace q2o::mapper::language {

/// A JSON text that is the same for every record.
class Literal : public Node {
 public:
  Literal(std::string json_text, Scalar::Kind kind, std::string text) : json_(std::move(json_text)), kind_(kind), text_(std::move(text)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  std::string json_;
  Scalar::Kind kind_;
  std::string text_;
};

class ArrayNode : public Node {
 public:
  explicit ArrayNode(std::vector<NodePtr> items) : items_(std::move(items)) {}
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  std::vector<NodePtr> items_;
};

class ObjectNode : public Node {
 public:
  explicit ObjectNode(std::vector<std::pair<std::string, NodePtr>> members) : members_(std::move(members)) {}
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  std::vector<std::pair<std::string, NodePtr>> members_;  ///< names as JSON texts
};

/// What every reading instruction may have: transforms, default, required, omit.
struct Finish {
  std::string field;  ///< for messages
  std::vector<Step> steps;
  NodePtr otherwise;
  bool required = false, omit = false;
  Evaluated apply(Evaluation& at, Scalar& value) const;
};

class PathNode : public Node {
 public:
  /// `groups`: lists and objects count as values (for conditions that only ask whether something is there).
  PathNode(Path path, Finish finish, bool groups = false) : path_(std::move(path)), finish_(std::move(finish)), groups_(groups) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  Path path_;
  Finish finish_;
  bool groups_;
};

/// The first of several templates that gives a value (`first_of`), or their texts in a row (`concat`).
class FirstOf : public Node {
 public:
  FirstOf(std::vector<NodePtr> items, Finish finish) : items_(std::move(items)), finish_(std::move(finish)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  std::vector<NodePtr> items_;
  Finish finish_;
};
class Concat : public Node {
 public:
  Concat(std::vector<NodePtr> items, std::string separator, Finish finish)
      : items_(std::move(items)), separator_(std::move(separator)), finish_(std::move(finish)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  std::vector<NodePtr> items_;
  std::string separator_;
  Finish finish_;
};

class LookupNode : public Node {
 public:
  /// `reference`: path of the source that names the record, which must then be there; empty: the key is a constant, and it may be absent.
  LookupNode(std::string kind, NodePtr key, Path field, Finish finish, std::string reference, bool forward)
      : kind_(std::move(kind)),
        key_(std::move(key)),
        field_(std::move(field)),
        finish_(std::move(finish)),
        reference_(std::move(reference)),
        forward_(forward) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  std::string kind_;
  NodePtr key_;
  Path field_;
  Finish finish_;
  std::string reference_;
  bool forward_;
};

/// {"ref": {…}}: another record's external id, as the loader's reference.
class RefNode : public Node {
 public:
  std::string entity, field;
  NodePtr entity_name;  ///< where the kind of record is a field of the source; then nothing can be checked before
  NodePtr key, part;
  /// Where it depends on the record's kind which part is made: the action takes the first that the target has. Empty: `part` alone.
  std::vector<std::string> parts;
  std::string as;  ///< with `parts`: what the action gives of the record, "holder" or "holder_model"
  bool required = false, forward = false, omit = false;
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  Evaluated check(Evaluation& at, std::string_view key_text, bool& there) const;
  void refer_to_parts(Evaluation& at, std::string_view named, std::string_view key_text, std::string& out) const;
};

class OwnNode : public Node {
 public:
  explicit OwnNode(std::string part) : part_(std::move(part)) {}
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  std::string part_;
};

class RunNode : public Node {
 public:
  explicit RunNode(std::string what) : what_(std::move(what)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  std::string what_;
};

class IfNode : public Node {
 public:
  IfNode(ConditionPtr condition, NodePtr then, NodePtr otherwise)
      : condition_(std::move(condition)), then_(std::move(then)), else_(std::move(otherwise)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  ConditionPtr condition_;
  NodePtr then_, else_;
};

/// {"use": template, "at": path}: a named template, its paths starting at a part of the record.
class UseNode : public Node {
 public:
  UseNode(std::optional<Path> path, NodePtr body) : path_(std::move(path)), body_(std::move(body)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  std::optional<Path> path_;
  NodePtr body_;
};

/// {"each": path, "as": template}: an array, one element per element of the source's array.
class EachNode : public Node {
 public:
  EachNode(Path path, NodePtr as) : path_(std::move(path)), as_(std::move(as)) {}
  Evaluated write(Evaluation& at, std::string& out) const override;

 private:
  Path path_;
  NodePtr as_;
};

/// {"each": path, "as": template, "separator": text}: one text; elements without a value are left out.
class JoinNode : public Node {
 public:
  JoinNode(Path path, NodePtr as, std::string separator) : path_(std::move(path)), as_(std::move(as)), separator_(std::move(separator)) {}
  Evaluated read(Evaluation& at, Scalar& out) const override;

 private:
  Path path_;
  NodePtr as_;
  std::string separator_;
};

}  // namespace q2o::mapper::language
